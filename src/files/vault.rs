//! Where the bytes lie: an object store, on the embedded default a directory.

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};
use tokio::io::AsyncReadExt;

use crate::kernel::error::{Code, Refusal};

use super::codes::FILE_STORE_UNAVAILABLE;
use super::model::StoredFile;

/// Bytes that are read from the temporary file at a time.
const CHUNK_BYTES: usize = 256 * 1024;

/// A bucket that is silent for so long is away.
#[cfg(feature = "s3")]
const STORE_SILENCE_SECONDS: u64 = 30;

/// Times that a request to a bucket is repeated.
#[cfg(feature = "s3")]
const STORE_REPEATS: usize = 3;

/// The store, and the directory where uploads wait until they are whole.
#[derive(Clone)]
pub struct Vault {
    store: Arc<dyn ObjectStore>,
    incoming: PathBuf,
}

/// The bytes of a file on their way out.
pub type Bytestream = BoxStream<'static, Result<Bytes, Refusal>>;

/// An object and the second since 1970 UTC when it was written.
pub struct Stored {
    pub key: String,
    pub written_at_s: i64,
}

/// A place for attachments in an S3-compatible object store, shared by all instances.
#[derive(Clone, PartialEq, Eq)]
pub struct Bucket {
    /// `s3://BUCKET/PREFIX`.
    pub url: String,
    /// Where the store is reached; `None` is AWS itself.
    pub endpoint: Option<String>,
    pub region: String,
    pub access_key_id: String,
    pub secret_access_key: String,
}

impl Vault {
    /// A vault in the bucket or, without one, in a directory, which is made if it does not exist. Uploads wait on
    /// this machine in either case.
    pub fn new(data_dir: &FilePath, bucket: Option<&Bucket>) -> Result<Self, Refusal> {
        let incoming = data_dir.join("incoming");
        std::fs::create_dir_all(&incoming).map_err(unavailable)?;
        let store = match bucket {
            Some(bucket) => in_bucket(bucket)?,
            None => in_directory(&data_dir.join("files"))?,
        };
        Ok(Self { store, incoming })
    }

    pub fn incoming(&self) -> &FilePath {
        &self.incoming
    }

    /// Stores a whole file under a key.
    pub async fn put(&self, key: &str, source: &FilePath) -> Result<(), Refusal> {
        let upload = self.store.put_multipart(&Path::from(key)).await.map_err(unavailable)?;
        let mut writer = WriteMultipart::new(upload);
        let mut file = tokio::fs::File::open(source).await.map_err(unavailable)?;
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let read = match file.read(&mut chunk).await {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) => {
                    drop(writer.abort().await);
                    return Err(unavailable(error));
                }
            };
            writer.wait_for_capacity(2).await.map_err(unavailable)?;
            writer.write(&chunk[..read]);
        }
        writer.finish().await.map_err(unavailable)?;
        Ok(())
    }

    pub async fn open(&self, key: &str) -> Result<Bytestream, Refusal> {
        let found = self.store.get(&Path::from(key)).await.map_err(unavailable)?;
        Ok(found.into_stream().map_err(unavailable).boxed())
    }

    /// All bytes of a file that a command needs in memory; one that is too large is refused before it is read.
    pub async fn whole(
        &self,
        file: &StoredFile,
        bytes_max: usize,
        too_large: &'static Code,
    ) -> Result<Vec<u8>, Refusal> {
        if usize::try_from(file.size_bytes).map_or(true, |size| size > bytes_max) {
            return Err(Refusal::new(too_large).with("max_bytes", bytes_max));
        }
        let mut stream = self.open(&file.key).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = stream.next().await {
            bytes.extend_from_slice(&chunk?);
        }
        Ok(bytes)
    }

    /// Deletes an object; one that is gone already is as good as deleted.
    pub async fn delete(&self, key: &str) -> Result<(), Refusal> {
        match self.store.delete(&Path::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// All objects, in no order.
    pub fn list(&self) -> BoxStream<'static, Result<Stored, Refusal>> {
        let stored = |meta: object_store::ObjectMeta| Stored {
            key: meta.location.to_string(),
            written_at_s: meta.last_modified.timestamp(),
        };
        self.store.list(None).map_ok(stored).map_err(unavailable).boxed()
    }
}

fn in_directory(files: &FilePath) -> Result<Arc<dyn ObjectStore>, Refusal> {
    std::fs::create_dir_all(files).map_err(unavailable)?;
    Ok(Arc::new(LocalFileSystem::new_with_prefix(files).map_err(unavailable)?))
}

#[cfg(feature = "s3")]
fn in_bucket(bucket: &Bucket) -> Result<Arc<dyn ObjectStore>, Refusal> {
    use object_store::aws::AmazonS3Builder;
    use object_store::prefix::PrefixStore;
    use object_store::{ClientOptions, RetryConfig};

    // By default one hanging request is repeated for minutes, and whoever uploads waits for it; and a whole download
    // must be over in half a minute, however slow its reader is.
    let silence = std::time::Duration::from_secs(STORE_SILENCE_SECONDS);
    let options = ClientOptions::new().with_timeout_disabled().with_read_timeout(silence);
    let retry = RetryConfig { max_retries: STORE_REPEATS, retry_timeout: silence, ..RetryConfig::default() };
    // Whoever was first has set the same one.
    drop(rustls::crypto::ring::default_provider().install_default());
    let prefix = bucket.url.trim_start_matches("s3://").split_once('/').map_or("", |(_, prefix)| prefix);
    let mut store = AmazonS3Builder::new()
        .with_url(&bucket.url)
        .with_region(&bucket.region)
        .with_access_key_id(&bucket.access_key_id)
        .with_secret_access_key(&bucket.secret_access_key)
        .with_client_options(options)
        .with_retry(retry);
    if let Some(endpoint) = &bucket.endpoint {
        store = store.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
    }
    let store = store.build().map_err(unavailable)?;
    Ok(Arc::new(PrefixStore::new(store, prefix)))
}

#[cfg(not(feature = "s3"))]
fn in_bucket(_: &Bucket) -> Result<Arc<dyn ObjectStore>, Refusal> {
    Err(unavailable("this build has no S3"))
}

fn unavailable(error: impl std::fmt::Display) -> Refusal {
    Refusal::new(&FILE_STORE_UNAVAILABLE).because(error)
}
