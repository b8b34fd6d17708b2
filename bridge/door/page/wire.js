// The connection to the daemon's door: requests and replies as JSON text, frames as binary with a JSON header.
// See bridge/PROTOCOL.md, "The door".

const JSON_HEADER = 2;
const RETRY_MS = 500;
const RETRY_MOST_MS = 5000;

const utf8 = new TextDecoder();

/** Topic, header and payload of a binary stream message; null for anything else. */
export function readStream(buffer) {
  const view = new DataView(buffer);
  if (buffer.byteLength < 8 || view.getUint8(0) !== JSON_HEADER) return null;
  const topicLength = view.getUint8(1);
  const headerLength = view.getUint32(4, true);
  const end = 8 + topicLength + headerLength;
  const text = (from, length) => utf8.decode(new Uint8Array(buffer, from, length));
  return {
    topic: text(8, topicLength),
    header: JSON.parse(text(8 + topicLength, headerLength)),
    payload: new Uint8Array(buffer, Math.ceil(end / 8) * 8),
  };
}

/** Bytes as base64, as JSON requests carry them. */
export function toBase64(bytes) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(new Blob([bytes]));
  });
}

/** A request that the daemon refused: its code and sentence. */
export class Refused extends Error {
  constructor({ code, message }) {
    super(message);
    this.code = code;
  }
}

/** Keeps connected; calls `onOpen`, `onClosed`, `onFrame(topic, header, payload)` and `onEvent(event)`. */
export class Wire {
  #socket = null;
  #waiting = new Map();
  #nextId = 1;
  #retry = RETRY_MS;

  constructor(token, handlers) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.address = `${scheme}://${location.host}/socket?tidy=1&token=${encodeURIComponent(token)}`;
    this.handlers = handlers;
    this.#connect();
  }

  /** The result of a request; bytes in `fields` must be base64 already. Throws `Refused`. */
  ask(op, fields = {}) {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      return Promise.reject(new Error("There is no connection to the daemon."));
    }
    const id = this.#nextId++;
    this.#socket.send(JSON.stringify({ v: 1, id, op, ...fields }));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #connect() {
    const socket = new WebSocket(this.address);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#retry = RETRY_MS;
      this.handlers.onOpen();
    };
    socket.onmessage = ({ data }) => (typeof data === "string" ? this.#takeText(data) : this.#takeBinary(data));
    socket.onclose = () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("The connection to the daemon is gone."));
      this.#waiting.clear();
      this.handlers.onClosed();
      setTimeout(() => this.#connect(), this.#retry);
      this.#retry = Math.min(2 * this.#retry, RETRY_MOST_MS);
    };
    this.#socket = socket;
  }

  #takeText(text) {
    const reply = JSON.parse(text);
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return;
    this.#waiting.delete(reply.id);
    if (reply.error) waiting.reject(new Refused(reply.error));
    else waiting.resolve(reply.result);
  }

  #takeBinary(buffer) {
    const message = readStream(buffer);
    if (message === null) return;
    if (message.topic.startsWith("evt/")) this.handlers.onEvent(message.header);
    else this.handlers.onFrame(message.header, message.payload);
  }
}
