import assert from "node:assert/strict";
import { isUnused } from "../../src/tools/network_usage.ts";

Deno.test("isUnused() spares networks that a container names, by id or name, and built-in ones", () => {
  const unused = isUnused([
    { State: "running", NetworkSettings: { Networks: { shop: { NetworkID: "n1" } } } },
    { State: "created", NetworkSettings: { Networks: { later: { NetworkID: "" }, odd: null } } },
    { NetworkSettings: null },
  ]);
  const networks = [
    { Id: "n1", Name: "renamed" },
    { Id: "n2", Name: "shop" },
    { Id: "n3", Name: "later" },
    { Id: "n4", Name: "odd" },
    { Id: "n5", Name: "bridge" },
    { Id: "n6", Name: "free" },
  ];
  assert.deepEqual(networks.filter(unused).map(({ Id }) => Id), ["n6"]);
});
