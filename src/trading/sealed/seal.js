// Sealing a bid in the bidder's own browser (docs/sealed-bids.md). No dependencies, nothing from elsewhere:
// WebCrypto with X25519 (Chrome 133, Firefox 130, Safari 17, Node 20 and later).
//
//   import { sealBid } from "/seal.js";
//   const tender = await (await fetch(`/api/v1/sales/${id}/sealed`)).json();
//   const { envelope, sha256 } = await sealBid(tender, { bidder, price_fen, offer, deposit_reference });
//   await fetch(`/api/v1/sales/${id}/sealed/envelope`, { method: "PUT", … body: JSON.stringify({ envelope }) });
//
// HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.

const ENVELOPE_BYTES = 4096;
const PLAIN_BYTES = ENVELOPE_BYTES - 1 - 32 - 16;
const BODY_BYTES_MAX = PLAIN_BYTES - 3;
const KIND_BID = 1;
const KIND_WITHDRAWN = 2;

const subtle = globalThis.crypto.subtle;
const utf8 = (text) => new TextEncoder().encode(text);
const join = (...parts) => {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
  return bytes;
};
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16));
const toBase64url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const fromBase64url = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
const sha256 = async (bytes) => new Uint8Array(await subtle.digest("SHA-256", bytes));

async function hmac(key, bytes) {
  // An empty key and one of zeros are the same key of HMAC; WebCrypto takes only the latter.
  const raw = key.length === 0 ? new Uint8Array(32) : key;
  const imported = await subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", imported, bytes));
}

// RFC 9180 section 4: LabeledExtract and LabeledExpand over HKDF-SHA256.
const KEM_SUITE = join(utf8("KEM"), Uint8Array.of(0, 0x20));
const HPKE_SUITE = join(utf8("HPKE"), Uint8Array.of(0, 0x20, 0, 1, 0, 2));
const extract = (suite, salt, label, bytes) => hmac(salt, join(utf8("HPKE-v1"), suite, utf8(label), bytes));
async function expand(suite, key, label, info, length) {
  const labeled = join(Uint8Array.of(length >> 8, length & 255), utf8("HPKE-v1"), suite, utf8(label), info);
  let [okm, block] = [new Uint8Array(0), new Uint8Array(0)];
  for (let at = 1; okm.length < length; at += 1) {
    block = await hmac(key, join(block, labeled, Uint8Array.of(at)));
    okm = join(okm, block);
  }
  return okm.slice(0, length);
}

async function agree(privateKey, publicBytes) {
  const peer = await subtle.importKey("raw", publicBytes, { name: "X25519" }, false, []);
  const shared = new Uint8Array(await subtle.deriveBits({ name: "X25519", public: peer }, privateKey, 256));
  if (shared.every((byte) => byte === 0)) throw new Error("the key of the tender is not usable");
  return shared;
}

// Key and nonce of AES-256-GCM (RFC 9180 sections 4.1 and 5.1).
async function schedule(shared, enc, recipient, info) {
  const prk = await extract(KEM_SUITE, new Uint8Array(0), "eae_prk", shared);
  const secretOf = await expand(KEM_SUITE, prk, "shared_secret", join(enc, recipient), 32);
  const none = new Uint8Array(0);
  const pskId = await extract(HPKE_SUITE, none, "psk_id_hash", none);
  const infoHash = await extract(HPKE_SUITE, none, "info_hash", info);
  const context = join(Uint8Array.of(0), pskId, infoHash);
  const secret = await extract(HPKE_SUITE, secretOf, "secret", none);
  const raw = await expand(HPKE_SUITE, secret, "key", context, 32);
  const iv = await expand(HPKE_SUITE, secret, "base_nonce", context, 12);
  const key = await subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { key, iv };
}

/** HPKE seal: `enc ‖ ciphertext ‖ tag`. All arguments are bytes. */
export async function hpkeSeal(recipient, info, aad, plain) {
  const pair = await subtle.generateKey({ name: "X25519" }, true, ["deriveBits"]);
  const enc = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
  const { key, iv } = await schedule(await agree(pair.privateKey, recipient), enc, recipient, info);
  const sealed = await subtle.encrypt({ name: "AES-GCM", iv, additionalData: aad }, key, plain);
  return join(enc, new Uint8Array(sealed));
}

// The fixed beginning of an X25519 private key in PKCS #8 (RFC 8410).
const PKCS8 = unhex("302e020100300506032b656e04220420");

/** HPKE open, with the 32 bytes of a private key and of its public key. */
export async function hpkeOpen(privateBytes, publicBytes, info, aad, sealed) {
  const pkcs8 = join(PKCS8, privateBytes);
  const privateKey = await subtle.importKey("pkcs8", pkcs8, { name: "X25519" }, false, ["deriveBits"]);
  const [enc, body] = [sealed.slice(0, 32), sealed.slice(32)];
  const { key, iv } = await schedule(await agree(privateKey, enc), enc, publicBytes, info);
  return new Uint8Array(await subtle.decrypt({ name: "AES-GCM", iv, additionalData: aad }, key, body));
}

async function envelopeOf(tender, kind, body) {
  if (body.length > BODY_BYTES_MAX) throw new Error(`the bid is longer than ${BODY_BYTES_MAX} bytes`);
  const plain = new Uint8Array(PLAIN_BYTES);
  plain.set([kind, body.length >> 8, body.length & 255]);
  plain.set(body, 3);
  const recipient = fromBase64url(tender.public_key);
  const sealed = await hpkeSeal(recipient, utf8("techmart sealed bid v1"), utf8(tender.sale), plain);
  const envelope = join(Uint8Array.of(1), sealed);
  return { envelope: toBase64url(envelope), sha256: hex(await sha256(envelope)) };
}

/**
 * Seals a bid. `tender` is the answer of GET /api/v1/sales/{id}/sealed; `bid` has `bidder` {urn, name,
 * credit_code}, `price_fen`, and may have `offer`, `deposit_reference`, `attachments` [{name, sha256}].
 * Returns what to send, and the hash that the receipt must name.
 */
export function sealBid(tender, bid) {
  if (!Number.isSafeInteger(bid.price_fen) || bid.price_fen <= 0) throw new Error("price_fen: whole fen");
  const { sale, terms_sha256 } = tender;
  const body = JSON.stringify({ type: "techmart.bid.v1", sale, terms_sha256, ...bid });
  return envelopeOf(tender, KIND_BID, utf8(body));
}

/** Seals the envelope by which a bidder withdraws: from outside like any other. */
export function sealWithdrawal(tender) {
  return envelopeOf(tender, KIND_WITHDRAWN, new Uint8Array(0));
}

/** A fresh key pair of an opening officer: the public half goes to the platform, the private half nowhere. */
export async function newOfficerKey() {
  const pair = await subtle.generateKey({ name: "X25519" }, true, ["deriveBits"]);
  const publicBytes = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
  const pkcs8 = new Uint8Array(await subtle.exportKey("pkcs8", pair.privateKey));
  return { public_key: toBase64url(publicBytes), private_key: hex(pkcs8.slice(-32)) };
}

async function shareText(bytes, commitments, number) {
  const commitment = hex(await sha256(join(utf8("techmart share v1\0"), bytes)));
  if (bytes[0] !== number || commitment !== commitments[number - 1]) {
    throw new Error("the share is not the one that was published");
  }
  const body = hex(bytes);
  return `tms1-${body}-${hex(await sha256(utf8(body))).slice(0, 8)}`;
}

/**
 * Opens an officer's packet (GET /api/v1/sales/{id}/sealed/packet) and checks both shares. The rehearsal share
 * may be handed in before the deadline; the opening share only after it.
 */
export async function openPacket(packet, officer) {
  const plain = await hpkeOpen(
    unhex(officer.private_key),
    fromBase64url(officer.public_key),
    utf8("techmart opening packet v1"),
    utf8(`${packet.sale}\n${packet.number}`),
    fromBase64url(packet.packet),
  );
  return {
    opening: await shareText(plain.slice(0, 33), packet.commitments, packet.number),
    rehearsal: await shareText(plain.slice(33), packet.rehearsal_commitments, packet.number),
  };
}
