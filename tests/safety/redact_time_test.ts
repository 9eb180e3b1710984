import fc from "../property.ts";
import { redactText } from "../../src/safety/redact.ts";
import { assertLinear, combinations, repeatTo } from "./linear_time.ts";

/** Texts that begin what a rule reads without ever giving it an end, or an end that makes it no secret. */
const HOSTILE = [
  "a",
  "=",
  "password=",
  "password: ",
  'password="',
  "\\",
  '\\"',
  "token: x ",
  "a=b,",
  "://",
  "http://a:",
  "://a:@",
  "@",
  "-eyJ",
  "eyJa.",
  "eyJa.eyJb",
  "-",
  "--a ",
  " -u a:",
  "mysql -p",
  "password: |\n",
  "password: |\n  x\n",
  "-----BEGIN PRIVATE KEY-----",
  "-----BEGIN PRIVATE KEY-----\n",
  "-----END PRIVATE KEY-----\n",
  "ENV A_TOKEN=x ",
  "<password>x",
  "$2y$",
  "Bearer ",
  "Basic a",
  "password=[",
  "name: a value: ",
  "login a password ",
  "login  ",
  "a:b@tcp(",
  ":b@",
  "api key: ",
  "pass_",
  "aPass",
  "--password 'a",
  "[redacted:a]password=",
  "PWD=/",
  "session.x=",
  "token_file=/",
  "foo_key=.",
  "?auth.x=",
  "x.cookie.y=",
  "jdbc:oracle:a:b/",
  "\\\\\\\\\\\\\\\\\\'password= ",
  ".-ab",
  "docker login -p a ",
  "htpasswd -b a ",
  "password is a1",
  "ENV session.x => ",
  "'session.x=>a ",
  "\\'session.x=> ",
  "'foo_key: a\\",
  'foo_key: """',
  '"foo_key":a',
  ";session.x=",
  "&foo_key=",
  "password=token ",
  "PWD=*",
  "\nfoo_key: |\n ",
  "<a b x>",
  "PASSWORD 'a",
  "\\nsk-a_",
  "%41sk-",
  "a://b:",
  "--user a:b",
  '-a "',
  "-P",
  "mosquitto_pub -P",
  "Unseal Key 1",
  "the password is:",
  "key=",
  "A|",
  "MIIEMIIEMIIEMIIEMIIEMIIEMIIEMIIE",
  "     \n",
  "'",
  '"',
  "`",
  ",",
  ";",
  "]",
  "\n",
  " ",
  `-----BEGIN PRIVATE KEY-----\n${"r".repeat(500)}!\n`,
];
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

Deno.test("redactText() does work in proportion to the text when hostile units are mixed", () => {
  fc.assert(
    fc.property(combinations(HOSTILE), ({ name, textOf }) => {
      assertLinear(redactText, textOf, name);
    }),
    { numRuns: 200 },
  );
});
