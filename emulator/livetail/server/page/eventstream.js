// Decodes application/vnd.amazon.eventstream, in chunks as they arrive.
// https://smithy.io/2.0/aws/amazon-eventstream.html

const PRELUDE = 12; // total length, length of the headers, checksum of both
const CHECKSUM = 4;
const MAX_MESSAGE = 24 * 1024 * 1024;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

export function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ CRC_TABLE[(value ^ byte) & 0xff];
  return (value ^ 0xffffffff) >>> 0;
}

export class Decoder {
  #chunks = [];
  #length = 0;

  /** Takes bytes and returns the messages that are complete: [{ headers, payload }]. Throws Error if a length or a checksum is wrong. */
  decode(bytes) {
    this.#chunks.push(bytes);
    this.#length += bytes.length;
    const messages = [];
    while (this.#length >= PRELUDE) {
      const total = this.#peekTotal();
      if (total < PRELUDE + CHECKSUM || total > MAX_MESSAGE) throw new Error(`a message of ${total} bytes`);
      if (this.#length < total) break;
      messages.push(decodeMessage(this.#take(total)));
    }
    return messages;
  }

  /** How many bytes of an unfinished message there are. */
  get rest() {
    return this.#length;
  }

  #peekTotal() {
    if (this.#chunks[0].length < PRELUDE) this.#chunks = [this.#take(this.#length, true)];
    const first = this.#chunks[0];
    return new DataView(first.buffer, first.byteOffset).getUint32(0);
  }

  #take(count, keep = false) {
    let joined = this.#chunks[0];
    if (joined.length < count) {
      joined = new Uint8Array(this.#length);
      let at = 0;
      for (const chunk of this.#chunks) {
        joined.set(chunk, at);
        at += chunk.length;
      }
    }
    if (keep) return joined;
    const rest = joined.length < this.#length ? this.#chunks.slice(1) : [];
    if (joined.length > count) rest.unshift(joined.subarray(count));
    this.#chunks = rest;
    this.#length -= count;
    return joined.subarray(0, count);
  }
}

function decodeMessage(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length - CHECKSUM;
  if (crc32(bytes.subarray(0, 8)) !== view.getUint32(8)) throw new Error("the checksum of a prelude is wrong");
  if (crc32(bytes.subarray(0, end)) !== view.getUint32(end)) throw new Error("the checksum of a message is wrong");
  const payloadStart = PRELUDE + view.getUint32(4);
  if (payloadStart > end) throw new Error("the headers are longer than their message");
  return { headers: decodeHeaders(bytes, view, payloadStart), payload: bytes.subarray(payloadStart, end) };
}

// Bytes of a value by its type; null: two bytes with the length come first.
const SIZES = [0, 0, 1, 2, 4, 8, null, null, 8, 16];
const STRING = 7;

function decodeHeaders(bytes, view, end) {
  const text = new TextDecoder();
  const headers = {};
  let at = PRELUDE;
  while (at < end) {
    const nameEnd = at + 1 + bytes[at];
    const name = text.decode(bytes.subarray(at + 1, nameEnd));
    const type = bytes[nameEnd];
    if (!(type in SIZES)) throw new Error(`a header of the unknown type ${type}`);
    const start = nameEnd + 1 + (SIZES[type] === null ? 2 : 0);
    const size = SIZES[type] ?? view.getUint16(nameEnd + 1);
    if (start + size > end) throw new Error("a header is longer than the headers");
    headers[name] = type === STRING ? text.decode(bytes.subarray(start, start + size)) : bytes.slice(start, start + size);
    at = start + size;
  }
  return headers;
}
