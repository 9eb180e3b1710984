/** Who calls: limits, confirmations and the audit log tell callers apart by it. */
export interface Principal {
  /** Unique and stable, and no secret. */
  readonly id: string;
}

/** Whoever started the program and talks to it over stdio. */
export const LOCAL_PRINCIPAL: Principal = { id: "stdio" };
