import assert from "node:assert/strict";
import { addressPools, poolMistake } from "../../src/tools/ipam.ts";

const Subnet = "10.20.0.0/24";

Deno.test("poolMistake() finds nothing wrong with ordinary pools", () => {
  for (
    const pool of [
      { Subnet },
      { Subnet, Gateway: "10.20.0.1" },
      { Subnet, Gateway: "10.20.0.254", IPRange: "10.20.0.128/25" },
      { Subnet, IPRange: "10.20.0.7/32" },
      { Subnet: "fd00:20::/64", Gateway: "fd00:20::1", IPRange: "fd00:20::/80" },
    ]
  ) assert.equal(poolMistake(pool), undefined, JSON.stringify(pool));
});

Deno.test("poolMistake() says what is wrong with a pool", () => {
  const cases: [Parameters<typeof poolMistake>[0], RegExp][] = [
    [{ Subnet: "10.20.0.0" }, /Subnet that is no network address/],
    [{ Subnet: "10.20.0.1/24" }, /Subnet that is no network address/],
    [{ Subnet: "0.0.0.0/0" }, /too large or too small/],
    [{ Subnet: "169.254.0.0/16" }, /reserved range/],
    [{ Subnet, Gateway: "10.21.0.1" }, /Gateway that is no address of its Subnet/],
    [{ Subnet, Gateway: "10.20.0.1/24" }, /Gateway/],
    [{ Subnet, Gateway: "gateway" }, /Gateway/],
    [{ Subnet, Gateway: "fd00::1" }, /Gateway/],
    [{ Subnet, IPRange: "10.20.0.0/16" }, /IPRange that is no part of its Subnet/],
    [{ Subnet, IPRange: "10.20.0.5" }, /IPRange/],
  ];
  for (const [pool, expected] of cases) {
    assert.match(poolMistake(pool) ?? "", expected, JSON.stringify(pool));
  }
});

Deno.test("addressPools() reads what an inspect shows", () => {
  const schema = addressPools();
  assert.equal(schema.parse(undefined), undefined);
  assert.deepEqual(schema.parse({ Config: [] }), []);
  const shown = { Driver: "default", Options: null, Config: [{ Subnet, Gateway: "10.20.0.1" }] };
  assert.deepEqual(schema.parse(shown), [{ Subnet, Gateway: "10.20.0.1" }]);
});

Deno.test("addressPools() refuses other forms, drivers and fields", () => {
  const schema = addressPools();
  const config = Array(17).fill({ Subnet });
  const values: unknown[] = [
    {},
    { config: [] },
    { Config: {} },
    { Config: [Subnet] },
    { Config: [{}] },
    { Config: [{ Subnet: 10 }] },
    { Config: [{ Subnet, AuxiliaryAddresses: {} }] },
    { Config: config },
    { Config: [], Driver: "remote" },
    { Config: [], Options: { a: "b" } },
    { Config: [{ Subnet }, { Subnet: "10.20.0.1/24" }] },
    [],
    "10.20.0.0/24",
  ];
  for (const value of values) assert.ok(!schema.safeParse(value).success, JSON.stringify(value));
});
