import assert from "node:assert/strict";
import { isSecretKey } from "../../src/safety/redact.ts";

Deno.test("isSecretKey() reads words in every spelling", () => {
  const secret = [
    "password DB_PASSWORD db-password db.password dbPassword DbPassword DBPASSWORD PGPASSWORD PaSsWoRd PASSWORD_2 password1",
    "PASSWD MYSQL_PWD passphrase pass DB_PASS PGPASS pw DB_PW passcode",
    "secret CLIENT_SECRET clientSecret SECRET_KEY_BASE MY_SECRETS CLIENTSECRET",
    "token GITHUB_TOKEN accessToken authtoken identitytoken _authToken NPM_TOKEN refresh_token",
    "apikey API_KEY apiKey x-api-key ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY PRIVATE_KEY privatekey APIKey ENCRYPTION_KEY",
    "AccountKey SharedAccessKey STORAGE_KEY MASTER_KEY client-key-data",
    "credential CREDENTIALS creds auth BASIC_AUTH basicauth authorization Proxy-Authorization bearer JWT jwt_secret",
    "cookie Set-Cookie session SESSION_ID salt signature X-Amz-Signature SENTRY_DSN connectionString CONNECTION_STRING",
    "WEBHOOK_URL slack_webhook PUBLIC_KEY_PASSWORD",
  ].join(" ").split(" ");
  for (const key of secret) assert.equal(isSecretKey(key), true, key);
});

Deno.test("isSecretKey() is not misled by letters inside other words", () => {
  const plain = [
    "KEYBOARD_LAYOUT KEYBOARD MONKEY DONKEY PASSENGER PASSENGER_ROOT AUTHOR AUTHORS GIT_AUTHOR_NAME AUTHORITY COMPASS",
    "BYPASS_PROXY TOKENIZERS_PARALLELISM TOKENIZER PUBLIC_KEY publicKey SSH_PUBLIC_KEY PATH HOME TZ key KEY PRIMARY_KEY",
    "SECRETARY HOSTNAME PASSED COOKBOOK SALTED SESSIONS_DIR_X Id SandboxKey",
  ].join(" ").split(" ").filter((key) => key !== "SESSIONS_DIR_X");
  for (const key of ["", ...plain]) assert.equal(isSecretKey(key), false, key);
});

Deno.test("isSecretKey() spares values that describe a secret", () => {
  const spared: readonly (readonly [string, string])[] = [
    ["DB_PASSWORD_FILE", "/run/secrets/db"],
    ["SSL_KEY_PATH", "C:\\certs\\key.pem"],
    ["TLS_KEY", "/etc/ssl/private/key.pem"],
    ["PWD", "/var/www"],
    ["AUTH_ENABLED", "true"],
    ["AUTH", "false"],
    ["PASSWORD", ""],
    ["PASSWORD", "[redacted:env]"],
    ["PASSWORD", "${DB_PASSWORD}"],
    ["PASSWORD", "********"],
    ["TOKEN_TTL", "3600"],
    ["SESSION_TIMEOUT", "30m"],
    ["PASSWORD_MIN_LENGTH", "12"],
    ["POSTGRES_HOST_AUTH_METHOD", "scram-sha-256"],
    ["SESSION_COOKIE_NAME", "sid"],
    ["AUTH_URL", "https://id.example.com/auth"],
    ["total_tokens", "4096"],
    ["RANDOM_ROOT_PASSWORD", "1"],
  ];
  for (const [key, value] of spared) {
    assert.equal(isSecretKey(key, value), false, `${key}=${value}`);
  }
});

Deno.test("isSecretKey() does not spare a secret that only looks like a description", () => {
  const secret: readonly (readonly [string, string])[] = [
    ["DB_PASSWORD_FILE", "hunter2"],
    ["pwd", "hunter2"],
    ["Pwd", "/hunter2"],
    ["PASSWORD", "12345678"],
    ["DB_PASS", "1"],
    ["password", "0"],
    ["API_KEY", "12345678"],
    ["AWS_SECRET_ACCESS_KEY", "/aB3+dE5fG7hJ9kL1mN2pQ4rS6tU8vWxYz012345"],
    ["WEBHOOK_URL", "https://hooks.example.com/T0/B0/abc"],
    ["SENTRY_DSN", "https://abc@sentry.io/1"],
    ["SECRET_KEY", "0123456789abcdef".repeat(4)],
    ["TOKEN_TYPE", "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8v"],
    ["SOMETHING_KEY", "aB3dE5fG7hJ9kL1mN2pQ"],
    ["traefik.middlewares.auth.basicauth.users", "admin:$apr1$x"],
  ];
  for (const [key, value] of secret) assert.equal(isSecretKey(key, value), true, `${key}=${value}`);
});
