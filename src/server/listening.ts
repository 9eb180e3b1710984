import {
  type JSONRPCMessage,
  SUBSCRIPTION_ID_META_KEY,
  type Transport,
} from "@modelcontextprotocol/server";
import type { ListenFilter, ListenStreams } from "../resources/listen_streams.ts";

/** Names a request of one connection. */
type RequestId = string | number;

/**
 * Opens and closes streams as the client asks with `subscriptions/listen`, which the SDK answers itself and tells no server of.
 * What it acknowledges is what counts: a request that it refuses opens nothing.
 */
export function followListening(
  transport: Transport,
  streams: () => ListenStreams | undefined,
): void {
  /** Asked for and neither acknowledged nor refused yet. */
  const asked = new Set<RequestId>();
  const { onmessage } = transport;
  transport.onmessage = (message, extra) => {
    const cancelled = cancelledId(message);
    if (isListen(message)) asked.add(message.id);
    if (cancelled !== undefined) {
      asked.delete(cancelled);
      streams()?.close(cancelled);
    }
    onmessage?.(message, extra);
  };
  const send = transport.send.bind(transport);
  transport.send = async (message, options) => {
    const sent = send(message, options); // on its way before any notification can be
    if ("id" in message && message.id !== undefined && !("method" in message)) {
      asked.delete(message.id);
    }
    const acknowledged = acknowledgedListen(message);
    if (acknowledged !== undefined && asked.delete(acknowledged.id)) {
      streams()?.open(acknowledged.id, acknowledged.filter);
    }
    await sent;
  };
}

function isListen(message: JSONRPCMessage): message is JSONRPCMessage & { id: RequestId } {
  return "method" in message && "id" in message && message.method === "subscriptions/listen";
}

function cancelledId(message: JSONRPCMessage): RequestId | undefined {
  if (!("method" in message) || message.method !== "notifications/cancelled") return undefined;
  const id = message.params?.["requestId"];
  return typeof id === "string" || typeof id === "number" ? id : undefined;
}

function acknowledgedListen(
  message: JSONRPCMessage,
): { readonly id: RequestId; readonly filter: ListenFilter } | undefined {
  if (!("method" in message)) return undefined;
  if (message.method !== "notifications/subscriptions/acknowledged") return undefined;
  const { _meta, notifications } = message.params ?? {};
  const id = _meta?.[SUBSCRIPTION_ID_META_KEY];
  if (typeof id !== "string" && typeof id !== "number") return undefined;
  return { id, filter: notifications as ListenFilter };
}
