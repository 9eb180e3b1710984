import fc from "../property.ts";
import { redactText } from "../../src/safety/redact.ts";
import { HOSTILE } from "./hostile_texts.ts";
import { assertLinear, combinations, repeatTo } from "./linear_time.ts";

/** Closes what is open, so that the whole text is the value of the first key. */
const END = "'\"@=]!";

Deno.test("redactText() does work in proportion to the text, whatever the text is", () => {
  for (const unit of HOSTILE) {
    for (const end of ["", END]) {
      const name = JSON.stringify(unit) + end;
      assertLinear(redactText, (length) => repeatTo(unit, length) + end, name);
    }
  }
});

Deno.test("redactText() does work in proportion to a long word beside what makes a rule look", () => {
  for (const unit of HOSTILE) {
    assertLinear(redactText, (length) => `${"a".repeat(length)} ${unit}`, `a… ${unit}`);
    assertLinear(redactText, (length) => `${unit} ${"a".repeat(length)}`, `${unit} a…`);
  }
});

Deno.test("redactText() does work in proportion to the text when hostile units are mixed", () => {
  fc.assert(
    fc.property(combinations(HOSTILE), ({ name, textOf }) => {
      assertLinear(redactText, textOf, name);
    }),
    { numRuns: 200 },
  );
});
