import assert from "node:assert/strict";
import fc from "../property.ts";
import {
  contains,
  isAssignable,
  isPrivate,
  parseAddress,
  parseSubnet,
} from "../../src/tools/subnet.ts";

Deno.test("parseAddress() reads IPv4 and IPv6 addresses as numbers", () => {
  assert.deepEqual(parseAddress("10.1.2.3"), { family: 4, value: 0x0a010203n });
  assert.deepEqual(parseAddress("255.255.255.255"), { family: 4, value: 2n ** 32n - 1n });
  assert.deepEqual(parseAddress("::"), { family: 6, value: 0n });
  assert.deepEqual(parseAddress("FD00::a:1"), { family: 6, value: (0xfdn << 120n) + 0xa0001n });
  assert.deepEqual(parseAddress("1:2:3:4:5:6:7:8")?.value, 0x00010002000300040005000600070008n);
  assert.deepEqual(parseAddress("::ffff:10.1.2.3")?.value, 0xffff0a010203n);
});

Deno.test("parseAddress() refuses every other spelling", () => {
  const texts = [
    "",
    "10.1.2",
    "10.1.2.3.4",
    "10.1.2.256",
    "010.1.2.3",
    "0x0a.1.2.3",
    "10.1.2.3 ",
    "10.1.2.3\n",
    "10.1.2.-3",
    "10.1.2.٣",
    "167838211",
    "10.1.2.3/24",
    "localhost",
    "[fd00::1]",
    "fd00::1%eth0",
    "fd00::1::2",
    "fd00:1",
    "fd00::10000",
    "1:2:3:4:5:6:7:8:9",
    "fd00::1/64",
    "::1]:80/[",
  ];
  for (const text of texts) assert.equal(parseAddress(text), undefined, text);
});

Deno.test("parseAddress() reads back every IPv4 and IPv6 address", () => {
  fc.assert(fc.property(fc.ipV4(), (text) => {
    const { value = -1n } = parseAddress(text) ?? {};
    const numbers = [24n, 16n, 8n, 0n].map((shift) => value >> shift & 255n);
    assert.equal(numbers.join("."), text);
  }));
  fc.assert(fc.property(fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 }), (groups) => {
    const text = groups.map((group) => group.toString(16)).join(":");
    const value = groups.reduce((sum, group) => sum << 16n | BigInt(group), 0n);
    assert.equal(parseAddress(text)?.value, value);
  }));
});

Deno.test("parseSubnet() wants a network address and its prefix", () => {
  assert.deepEqual(parseSubnet("10.1.0.0/16"), { family: 4, value: 0x0a010000n, prefix: 16 });
  assert.equal(parseSubnet("fd00:20::/64")?.prefix, 64);
  assert.equal(parseSubnet("0.0.0.0/0")?.prefix, 0);
  assert.equal(parseSubnet("10.1.2.3/32")?.prefix, 32);
  const texts = [
    "10.1.0.0",
    "10.1.0.0/",
    "10.1.0.0/33",
    "10.1.0.0/-1",
    "10.1.0.0/016",
    "10.1.0.0/16/8",
    "10.1.0.0/255.255.0.0",
    "10.1.2.3/16",
    "fd00::1/64",
    "fd00::/129",
    "10.1.0.0/16\n",
    "/16",
    "",
  ];
  for (const text of texts) assert.equal(parseSubnet(text), undefined, text);
});

Deno.test("contains() knows addresses and smaller ranges of the same family", () => {
  const within = (outer: string, inner: string): boolean => {
    const [range, other] = [parseSubnet(outer), parseSubnet(inner) ?? parseAddress(inner)];
    assert.ok(range && other);
    return contains(range, other);
  };
  assert.ok(within("10.1.0.0/16", "10.1.255.255"));
  assert.ok(within("10.1.0.0/16", "10.1.2.0/24"));
  assert.ok(within("10.1.0.0/16", "10.1.0.0/16"));
  assert.ok(within("fd00::/64", "fd00::ffff"));
  assert.ok(!within("10.1.0.0/16", "10.2.0.0"));
  assert.ok(!within("10.1.0.0/16", "10.0.0.0/8"));
  assert.ok(!within("10.1.0.0/16", "fd00::1"));
  assert.ok(!within("::/0", "10.1.0.0"));
});

Deno.test("isAssignable() spares ranges that belong to others", () => {
  const may = (text: string): boolean => {
    const subnet = parseSubnet(text);
    assert.ok(subnet, text);
    return isAssignable(subnet);
  };
  const good = ["10.0.0.0/8", "172.16.0.0/12", "192.168.7.8/29", "100.64.0.0/10", "128.0.0.0/8"];
  for (const text of [...good, "169.253.0.0/16", "223.255.255.0/24", "fd00::/64", "fd00::8/125"]) {
    assert.ok(may(text), text);
  }
  const bad = ["0.0.0.0/0", "10.0.0.0/7", "192.168.7.8/30", "10.0.0.1/32", "0.1.0.0/16"];
  const reserved = [
    "127.1.0.0/16",
    "169.254.169.0/24",
    "169.0.0.0/8",
    "224.0.0.0/8",
    "240.0.0.0/8",
  ];
  const six = ["::/0", "::1/128", "::ffff:0.0.0.0/96", "fe80::/64", "ff02::/16", "fd00::/127"];
  for (const text of [...bad, ...reserved, ...six]) assert.ok(!may(text), text);
});

Deno.test("isPrivate() leaves out addresses of the world and of clouds' metadata", () => {
  const within = (text: string): boolean => {
    const subnet = parseSubnet(text);
    assert.ok(subnet, text);
    return isPrivate(subnet);
  };
  const good = ["10.0.0.0/8", "172.31.0.0/16", "192.168.7.8/29", "100.64.0.0/16", "198.19.0.0/16"];
  const test = [
    "192.0.2.0/24",
    "198.51.100.0/25",
    "203.0.113.0/24",
    "fd00::/64",
    "2001:db8:1::/64",
  ];
  for (const text of [...good, ...test, "100.100.101.0/24"]) assert.ok(within(text), text);
  const bad = ["6.6.6.0/24", "8.8.8.0/24", "172.32.0.0/16", "192.0.0.0/24", "168.63.129.0/24"];
  const cloud = ["100.100.100.0/24", "100.64.0.0/10", "100.100.100.200/29", "fd00:ec2::/64"];
  for (const text of [...bad, ...cloud, "fd00::/16", "2001:4860::/32"]) {
    assert.ok(!within(text), text);
  }
});
