/**
 * What the Engine answers and takes. Only the fields that are read here are typed, every one may be missing,
 * and an answer carries the others too; each type is assignable to `Record<string, unknown>`.
 */
export type * from "./api/container_types.ts";
export type * from "./api/object_types.ts";
export type * from "./api/stats_types.ts";
export type * from "./api/system_types.ts";
