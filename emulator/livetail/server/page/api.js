// The two interfaces of this server: its control plane, and StartLiveTail of the AWS API.

import { Decoder } from "./eventstream.js";

const CONTROL = new URL("../", import.meta.url);
const AWS = new URL("/", import.meta.url);

/** Calls the control plane. Throws Error with the server's sentence. */
export async function control(method, path, body) {
  let response;
  try {
    response = await fetch(new URL(path, CONTROL), {
      method,
      body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
    });
  } catch {
    throw new Error("the server does not respond");
  }
  const reply = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(reply.error ?? `status ${response.status}`);
  return reply;
}

export function arnOf(group, region, account) {
  const partition = region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  return group.startsWith("arn:") ? group : `arn:${partition}:logs:${region}:${account}:log-group:${group}`;
}

/**
 * Opens a Live Tail session, as any SDK does, and calls `handler` with each message of the stream:
 * { type: "sessionStart" | "sessionUpdate" | …, kind: "event" | "exception" | "error", json }.
 * Resolves when the stream ends cleanly. Throws Error when the request is refused, or the stream breaks.
 */
export async function startLiveTail(request, { region, account, signal }, handler) {
  const response = await fetch(AWS, {
    method: "POST",
    signal,
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": "Logs_20140328.StartLiveTail",
      // Names account and region, as the credential of an SDK does. There is nothing secret here to sign with.
      Authorization:
        `AWS4-HMAC-SHA256 Credential=${account}/20260101/${region}/logs/aws4_request, ` +
        "SignedHeaders=host, Signature=none",
    },
    body: JSON.stringify(request),
  });
  if (!response.ok) {
    const error = await response.json().catch(() => ({}));
    const code = String(error.__type ?? `status ${response.status}`).split("#").pop();
    throw new Error(error.message ? `${code}: ${error.message}` : code);
  }
  const decoder = new Decoder();
  const text = new TextDecoder();
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    for (const { headers, payload } of decoder.decode(value)) {
      const kind = headers[":message-type"];
      const type = headers[":event-type"] ?? headers[":exception-type"] ?? headers[":error-code"];
      const json = payload.length ? JSON.parse(text.decode(payload)) : {};
      handler({ kind, type, json: kind === "error" ? { message: headers[":error-message"] } : json });
    }
  }
  if (decoder.rest) throw new Error("the stream ended in the middle of a message");
}
