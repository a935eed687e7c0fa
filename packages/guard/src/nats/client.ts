// What the transport uses of NATS's client, which the user hands in: requests, publishes and one subscription. JetStream is
// asked by its subjects, so that what is sent is what is written here.

export interface NatsHeaders {
  set(name: string, value: string): void;
  get(name: string): string;
  /** Of a status in place of a message; 0 where there is none. */
  readonly code: number;
  readonly description: string;
}

export interface NatsMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly reply?: string;
  readonly headers?: NatsHeaders;
}

export interface NatsSubscription {
  drain(): Promise<void>;
  unsubscribe(): void;
}

/** A connection of @nats-io/transport-node. */
export interface NatsConnection {
  readonly info?: { readonly version: string; readonly headers?: boolean; readonly max_payload: number };
  publish(subject: string, payload?: Uint8Array | string, options?: { reply?: string }): void;
  request(subject: string, payload?: Uint8Array | string, options?: { timeout: number; headers?: NatsHeaders }): Promise<NatsMessage>;
  subscribe(subject: string, options: { callback: (error: Error | null, message: NatsMessage) => void }): NatsSubscription;
  status(): AsyncIterable<{ readonly type: string }>;
  flush(): Promise<void>;
  isClosed(): boolean;
}

export interface NatsClient {
  readonly connection: NatsConnection;
  /** `headers` of the same package: a key travels in one. */
  headers(): NatsHeaders;
}
