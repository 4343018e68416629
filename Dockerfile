# The production image, with TLS to PostgreSQL and attachments in an S3-compatible store.
FROM rust:1-bookworm AS build
WORKDIR /build
COPY . .
# The caches keep repeated builds short; the binary must be copied out of them in the same step.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked --features pg-tls,s3 \
    && strip -o /techmart target/release/techmart

FROM debian:bookworm-slim
# libssl3: libpq's TLS. ca-certificates: servers with public certificates.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libssl3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/techmart --create-home --shell /usr/sbin/nologin techmart
COPY --from=build /techmart /usr/local/bin/techmart
USER 10001
WORKDIR /var/lib/techmart
VOLUME /var/lib/techmart
# Of every command, also of those that run beside the server (docker compose exec app techmart …).
ENV TECHMART_DATA_DIR=/var/lib/techmart TECHMART_LISTEN=0.0.0.0:8080
EXPOSE 8080
STOPSIGNAL SIGTERM
# /readyz asks the database. bash speaks HTTP well enough, so the image needs no client.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /readyz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r -t 4 line <&3 && [[ $line == *' 200 '* ]]"]
ENTRYPOINT ["techmart"]
CMD ["serve"]
