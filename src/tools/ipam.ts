import { z } from "zod";
import { contains, isAssignable, parseAddress, parseSubnet } from "./subnet.ts";

/** Where the addresses of a network come from, as the Engine spells it. */
export interface AddressPool {
  /** `address/prefix`. */
  readonly Subnet: string;
  readonly Gateway?: string | undefined;
  /** The part of the subnet that containers get addresses from. */
  readonly IPRange?: string | undefined;
}

/**
 * The pools of an `ipam` argument, `{"Config": [{"Subnet": …, "Gateway": …}]}`, also as an inspect shows it.
 *
 * A schema of one object, because every conversation pays for what the inner ones say.
 */
export function addressPools(): z.ZodOptional<
  z.ZodPipe<
    z.ZodRecord<z.ZodString, z.ZodUnknown>,
    z.ZodTransform<AddressPool[], Record<string, unknown>>
  >
> {
  const schema = ipam();
  return z.record(z.string(), z.unknown()).transform((given, context) => {
    const { data } = schema.safeParse(given);
    const mistake = data === undefined
      ? "expected a Config: a list of pools with Subnet, Gateway and IPRange as text"
      : data.Config.map(poolMistake).find((found) => found !== undefined);
    if (mistake !== undefined) context.addIssue({ code: "custom", message: mistake });
    return data?.Config ?? [];
  }).optional();
}

// deno-lint-ignore explicit-function-return-type -- the schema's type is its definition
function ipam() {
  const pool = z.strictObject({
    Subnet: z.string().max(64),
    Gateway: z.string().max(64).optional(),
    IPRange: z.string().max(64).optional(),
  });
  return z.strictObject({
    Driver: z.literal("default").optional(),
    Options: z.strictObject({}).nullish(),
    Config: z.array(pool).max(16),
  });
}

/** What is wrong with a pool, completing a sentence that begins with its name; undefined where nothing is. */
export function poolMistake({ Subnet, Gateway, IPRange }: AddressPool): string | undefined {
  const subnet = parseSubnet(Subnet);
  if (subnet === undefined) {
    return "has a Subnet that is no network address with its prefix";
  }
  if (!isAssignable(subnet)) {
    return "has a Subnet that is too large or too small (IPv4 /8 to /29, IPv6 /16 to /125) or meets a reserved range";
  }
  const gateway = Gateway === undefined ? undefined : parseAddress(Gateway);
  if (Gateway !== undefined && (gateway === undefined || !contains(subnet, gateway))) {
    return "has a Gateway that is no address of its Subnet";
  }
  const range = IPRange === undefined ? undefined : parseSubnet(IPRange);
  if (IPRange !== undefined && (range === undefined || !contains(subnet, range))) {
    return "has an IPRange that is no part of its Subnet";
  }
  return undefined;
}
