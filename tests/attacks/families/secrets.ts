import type { FakeReply } from "../../fakes/fake_transport.ts";
import { frames, lines } from "../../fakes/fake_transport.ts";
import { KEY_LINES, PRIVATE_KEY, TOKENS } from "../../safety/redact_samples.ts";
import { type Attack, type Call, character, type Control, type Family } from "../attack_case.ts";

type Replies = Readonly<Record<string, FakeReply>>;
/** Where a text can come out: the call that shows it, and the Engine that has it. */
type Surface = (text: string) => { readonly call: Call; readonly engine: Replies };

const ID = "4f1c2d3e4a5b".padEnd(64, "0");
const web = { container_id: "web" };

function inspected(part: Readonly<Record<string, unknown>>): Replies {
  const state = { Status: "running", Running: true };
  return { "GET /containers/{}/json": { Id: ID, Name: "/web", State: state, Config: {}, ...part } };
}

const SURFACES = {
  env: (text) => ({
    call: { tool: "docker_inspect_container", input: web },
    engine: inspected({ Config: { Env: ["PATH=/bin", text] } }),
  }),
  all_env: (text) => ({
    call: { tool: "docker_inspect_container", input: { ...web, verbose: true } },
    engine: inspected({ Config: { Env: ["PATH=/bin", text] } }),
  }),
  label: (text) => ({
    call: { tool: "docker_inspect_container", input: web },
    engine: inspected({ Config: { Labels: labelled(text) } }),
  }),
  listed_label: (text) => ({
    call: { tool: "docker_list_containers", input: { verbose: true } },
    engine: {
      "GET /containers/json": [{
        Id: ID,
        Names: ["/web"],
        State: "running",
        Labels: labelled(text),
      }],
    },
  }),
  listed_command: (text) => ({
    call: { tool: "docker_list_containers", input: { verbose: true } },
    engine: {
      "GET /containers/json": [{ Id: ID, Names: ["/web"], State: "running", Command: text }],
    },
  }),
  args: (text) => ({
    call: { tool: "docker_inspect_container", input: web },
    engine: inspected({ Config: { Cmd: text.split(" ") }, Args: text.split(" ") }),
  }),
  health: (text) => ({
    call: { tool: "docker_inspect_container", input: web },
    engine: inspected({
      State: {
        Status: "running",
        Running: true,
        Health: { Status: "unhealthy", FailingStreak: 1, Log: [{ ExitCode: 1, Output: text }] },
      },
    }),
  }),
  logs: (text) => ({
    call: { tool: "docker_container_logs", input: web },
    engine: { "GET /containers/{}/logs": () => frames(`${text}\n`) },
  }),
  exec: (text) => ({
    call: { tool: "docker_exec_command", input: { ...web, command: "env" } },
    engine: { "POST /exec/{}/start": () => frames(`${text}\n`) },
  }),
  history: (text) => ({
    call: { tool: "docker_image_history", input: { image: "shop" } },
    engine: {
      "GET /images/{}/history": [{ Id: "<missing>", Created: 1, CreatedBy: text, Tags: null }],
    },
  }),
  image_env: (text) => ({
    call: { tool: "docker_inspect_image", input: { image_name: "shop" } },
    engine: {
      "GET /images/{}/json": { Id: "sha256:x", RepoTags: ["shop:1"], Config: { Env: [text] } },
    },
  }),
  network_option: (text) => ({
    call: { tool: "docker_inspect_network", input: { network_id: "shop", verbose: true } },
    engine: {
      "GET /networks/{}": {
        Id: "n1",
        Name: "shop",
        Driver: "bridge",
        Options: labelled(text),
        Labels: {},
      },
    },
  }),
  volume_option: (text) => ({
    call: { tool: "docker_inspect_volume", input: { volume_name: "shop_data", verbose: true } },
    engine: {
      "GET /volumes/{}": {
        Name: "shop_data",
        Driver: "local",
        Labels: null,
        Options: labelled(text),
      },
    },
  }),
  event: (text) => ({
    call: { tool: "docker_events", input: { verbose: true } },
    engine: {
      "GET /events": () =>
        lines({
          Type: "container",
          Action: "die",
          time: 1,
          Actor: { ID, Attributes: { name: "web", ...labelled(text) } },
        }),
    },
  }),
  error: (text) => ({
    call: { tool: "docker_start_container", input: web },
    engine: {
      "POST /containers/{}/start": () => Response.json({ message: text }, { status: 500 }),
    },
  }),
  warning: (text) => ({
    call: { tool: "docker_create_container", input: { image: "busybox" } },
    engine: {
      "POST /containers/create": () => Response.json({ Id: ID, Warnings: [text] }, { status: 201 }),
    },
  }),
  pull_error: (text) => ({
    call: { tool: "docker_pull_image", input: { image: "redis" } },
    engine: { "POST /images/create": () => lines({ error: text, errorDetail: { message: text } }) },
  }),
  info: (text) => ({
    call: { tool: "docker_system_info", input: { verbose: true } },
    engine: { "GET /info": { Name: "host", NCPU: 2, HttpProxy: text, Labels: [text] } },
  }),
  build: (text) => ({
    call: { tool: "docker_build_image", input: { path: "{tree}/builds/scratch" } },
    engine: {
      "POST /build": () => lines({ stream: `${text}\n` }, { aux: { ID: `sha256:${ID}` } }),
    },
  }),
  build_error: (text) => ({
    call: { tool: "docker_build_image", input: { path: "{tree}/builds/scratch" } },
    engine: {
      "POST /build": () => lines({ stream: `${text}\n` }, { error: `failed: ${text}` }),
    },
  }),
} satisfies Record<string, Surface>;

function labelled(text: string): Record<string, string> {
  const at = text.indexOf("=");
  return at < 0 ? { "com.example.note": text } : { [text.slice(0, at)]: text.slice(at + 1) };
}

type SurfaceName = keyof typeof SURFACES;
/** Where, the text, and what of it must not come out. */
type Planted = readonly [surface: SurfaceName, text: string, ...secrets: string[]];

/** ASCII letters in full width. */
function wide(text: string): string {
  return text.replace(/./g, (letter) => character(letter.charCodeAt(0) + 0xfee0));
}

const BASIC = btoa("ann:zebra7Quilt");

const PLANTED: readonly Planted[] = [
  // variables, by the words of their names
  ["env", "DB_PASSWORD=zebra7Quilt", "zebra7Quilt"],
  ["env", "db-password=zebra7Quilt", "zebra7Quilt"],
  ["env", "dbPassword=zebra7Quilt", "zebra7Quilt"],
  ["env", "PGPASSWORD=zebra7Quilt", "zebra7Quilt"],
  ["env", "MYSQL_PWD=zebra7Quilt", "zebra7Quilt"],
  ["env", "PASSPHRASE=zebra seven quilt", "zebra", "quilt"],
  ["env", "SMTP_PASS=zebra7Quilt", "zebra7Quilt"],
  ["env", "CLIENT_SECRET=zebra7Quilt", "zebra7Quilt"],
  ["env", "SECRET_KEY_BASE=zebra7Quilt", "zebra7Quilt"],
  ["env", "GITHUB_TOKEN=zebra7Quilt", "zebra7Quilt"],
  ["env", "NPM_TOKEN=zebra7Quilt", "zebra7Quilt"],
  ["env", "API_KEY=zebra7Quilt", "zebra7Quilt"],
  ["env", "apikey=zebra7Quilt", "zebra7Quilt"],
  ["env", "AWS_SECRET_ACCESS_KEY=zebra7Quilt/K7MDENG", "zebra7Quilt"],
  ["env", "AZURE_STORAGE_KEY=zebra7Quilt", "zebra7Quilt"],
  ["env", "ENCRYPTION_KEY=zebra7Quilt", "zebra7Quilt"],
  ["env", "CREDENTIALS=zebra7Quilt", "zebra7Quilt"],
  ["env", "BASIC_AUTH=ann:zebra7Quilt", "zebra7Quilt"],
  ["env", "JWT_SECRET=zebra7Quilt", "zebra7Quilt"],
  ["env", "SESSION_SECRET=zebra7Quilt", "zebra7Quilt"],
  ["env", "PASSWORD_SALT=zebra7Quilt", "zebra7Quilt"],
  ["env", "SENTRY_DSN=https://zebra7Quilt@sentry.example/1", "zebra7Quilt"],
  ["env", "SLACK_WEBHOOK_URL=https://hooks.example/zebra7Quilt", "zebra7Quilt"],
  ["env", "CONNECTION_STRING=Server=db;Password=zebra7Quilt;", "zebra7Quilt"],
  ["env", "DATABASE_URL=postgres://app:zebra7Quilt@db:5432/app", "zebra7Quilt"],
  ["env", "HTTP_PROXY=http://ann:zebra7Quilt@proxy:3128", "zebra7Quilt"],
  ["env", "REDIS_URL=redis://:zebra7Quilt@cache:6379", "zebra7Quilt"],
  ["env", "DB_PASSWORD_FILE=zebra7Quilt", "zebra7Quilt"],
  ["env", `SSH_PRIVATE_KEY=${PRIVATE_KEY}`, ...KEY_LINES],
  ["env", "JAVA_OPTS=-Ddb.password=zebra7Quilt -Xmx1g", "zebra7Quilt"],
  ["env", 'VCAP_SERVICES={"db":[{"credentials":{"password":"zebra7Quilt"}}]}', "zebra7Quilt"],
  ["env", 'NODE_CONFIG={"apiKey":"zebra7Quilt"}', "zebra7Quilt"],
  ["all_env", "POSTGRES_PASSWORD=zebra7Quilt", "zebra7Quilt"],
  ["all_env", "WORDPRESS_DB_PASSWORD=zebra7Quilt", "zebra7Quilt"],
  ["image_env", "ADMIN_PASSWORD=zebra7Quilt", "zebra7Quilt"],
  ["image_env", "PIP_INDEX_URL=https://ann:zebra7Quilt@pypi.example/simple", "zebra7Quilt"],
  // labels and options
  ["label", "com.example.password=zebra7Quilt", "zebra7Quilt"],
  [
    "label",
    "traefik.http.middlewares.auth.basicauth.users=ann:$apr1$abcdefgh$zebra7Quiltzebra7Quilt",
    "zebra7Quilt",
  ],
  ["label", "com.example.url=https://ann:zebra7Quilt@h.example/", "zebra7Quilt"],
  ["listed_label", "com.example.api-key=zebra7Quilt", "zebra7Quilt"],
  ["listed_label", "backup.command=pg_dump --password zebra7Quilt", "zebra7Quilt"],
  ["listed_command", "redis-server --requirepass zebra7Quilt", "zebra7Quilt"],
  ["network_option", "com.example.token=zebra7Quilt", "zebra7Quilt"],
  ["volume_option", "o=username=ann,password=zebra7Quilt,uid=1", "zebra7Quilt"],
  ["event", "com.example.secret=zebra7Quilt", "zebra7Quilt"],
  ["event", "execCmd=mysql -pzebra7Quilt", "zebra7Quilt"],
  // arguments
  ["args", "app --password zebra7Quilt --verbose", "zebra7Quilt"],
  ["args", "app --password=zebra7Quilt", "zebra7Quilt"],
  ["args", "mysql -uroot -pzebra7Quilt app", "zebra7Quilt"],
  ["args", "curl -u ann:zebra7Quilt https://h.example/", "zebra7Quilt"],
  ["args", "redis-server --requirepass zebra7Quilt", "zebra7Quilt"],
  ["args", "app --db-url postgres://a:zebra7Quilt@db/x", "zebra7Quilt"],
  ["args", "app -token zebra7Quilt", "zebra7Quilt"],
  ["args", "sshpass -p zebra7Quilt ssh h", "zebra7Quilt"],
  ["args", "sh -c export\u00a0TOKEN=zebra7Quilt;app", "zebra7Quilt"],
  // history
  ["history", "|2 NPM_TOKEN=zebra7Quilt VERSION=1 /bin/sh -c npm ci", "zebra7Quilt"],
  ["history", "/bin/sh -c #(nop)  ENV DB_PASSWORD=zebra7Quilt", "zebra7Quilt"],
  ["history", "ENV DB_PASSWORD=zebra7Quilt A=b", "zebra7Quilt"],
  ["history", "|1 MAGIC=q8Zr4Tn1Lw9Xe2Vb7Yk3 /bin/sh -c make", "q8Zr4Tn1Lw9Xe2Vb7Yk3"],
  [
    "history",
    "RUN |1 STUFF=q8Zr4Tn1Lw9Xe2Vb7Yk3 /bin/sh -c make # buildkit",
    "q8Zr4Tn1Lw9Xe2Vb7Yk3",
  ],
  ["history", "RUN /bin/sh -c git clone https://ann:zebra7Quilt@g.example/x.git", "zebra7Quilt"],
  [
    "history",
    "RUN /bin/sh -c curl -H 'Authorization: Bearer zebra7Quilt9' https://x",
    "zebra7Quilt9",
  ],
  ["history", "LABEL password=zebra7Quilt", "zebra7Quilt"],
  // logs, in the forms that programs write
  ["logs", "connecting with password=zebra7Quilt", "zebra7Quilt"],
  ["logs", 'level=info msg="x" token="zebra7Quilt"', "zebra7Quilt"],
  ["logs", '{"level":"info","password":"zebra7Quilt"}', "zebra7Quilt"],
  ["logs", '{"log":"{\\"password\\":\\"zebra7Quilt\\"}"}', "zebra7Quilt"],
  ["logs", "{'secret': 'zebra7Quilt'}", "zebra7Quilt"],
  ["logs", "db:\n  password: zebra7Quilt\n  host: db", "zebra7Quilt"],
  ["logs", "[db]\npassword = zebra7Quilt", "zebra7Quilt"],
  ["logs", "<password>zebra7Quilt</password>", "zebra7Quilt"],
  ["logs", "GET /cb?access_token=zebra7Quilt&state=1 HTTP/1.1", "zebra7Quilt"],
  ["logs", "GET /cb?access%5Ftoken=zebra7Quilt HTTP/1.1", "zebra7Quilt"],
  ["logs", "body: password%3Dzebra7Quilt%26user%3Dann", "zebra7Quilt"],
  ["logs", `> Authorization: Basic ${BASIC}`, BASIC],
  ["logs", "> Authorization: Bearer zebra7Quilt9xyz", "zebra7Quilt9xyz"],
  [
    "logs",
    `X-Registry-Auth: ${btoa('{"username":"ann","password":"zebra7Quilt"}')}`,
    btoa('{"username":"ann","password":"zebra7Quilt"}').slice(0, 40),
  ],
  ["logs", `{"auths":{"r.example":{"auth":"${BASIC}"}}}`, BASIC],
  ["logs", "Set-Cookie: sid=zebra7Quilt; Path=/", "zebra7Quilt"],
  ["logs", "psql postgresql://app:zebra7Quilt@db/app", "zebra7Quilt"],
  ["logs", "amqp://a:zebra7Quilt@mq1,amqp://a:quilt7Zebra@mq2", "zebra7Quilt", "quilt7Zebra"],
  ["logs", "https://zebra7Quiltzebra7Quilt@github.com/a/b.git", "zebra7Quiltzebra7Quilt"],
  ["logs", "app:zebra7Quilt@tcp(db:3306)/app", "zebra7Quilt"],
  ["logs", "jdbc:mysql://db/app?user=root&password=zebra7Quilt", "zebra7Quilt"],
  ["logs", "AccountName=a;AccountKey=zebra7Quilt/aB+==;EndpointSuffix=x", "zebra7Quilt"],
  ["logs", "https://a.blob.example/c?sv=2024&sig=zebra7Quilt%3D", "zebra7Quilt"],
  ["logs", "X-Amz-Signature=zebra7Quilt&X-Amz-Credential=AKID", "zebra7Quilt"],
  ["logs", "ALTER USER app WITH PASSWORD 'zebra7Quilt'", "zebra7Quilt"],
  ["logs", "CREATE USER a IDENTIFIED BY 'zebra7Quilt'", "zebra7Quilt"],
  ["logs", "A temporary password is generated for root@localhost: zebra7Quilt", "zebra7Quilt"],
  ["logs", "Generated root password: zebra7Quilt", "zebra7Quilt"],
  ["logs", "map[Authorization:[Bearer zebra7Quilt] Accept:[*/*]]", "zebra7Quilt"],
  ["logs", "{User:ann Password:zebra7Quilt Port:1}", "zebra7Quilt"],
  ["logs", "machine h login ann password zebra7Quilt", "zebra7Quilt"],
  ["logs", "//registry.npmjs.org/:_authToken=zebra7Quilt", "zebra7Quilt"],
  ["logs", "http://127.0.0.1:8888/lab?token=zebra7Quilt", "zebra7Quilt"],
  ["logs", PRIVATE_KEY, ...KEY_LINES],
  ["logs", PRIVATE_KEY.split("\n").slice(0, 3).join("\n"), ...KEY_LINES.slice(0, 2)],
  ["logs", PRIVATE_KEY.replaceAll("RSA ", "OPENSSH "), ...KEY_LINES],
  ["logs", PRIVATE_KEY.replaceAll("\n", "\\n"), ...KEY_LINES],
  ["logs", "SECRET += zebra7Quilt", "zebra7Quilt"],
  ["logs", "SECRET ?= zebra7Quilt", "zebra7Quilt"],
  ["logs", '<entry key="password">zebra7Quilt</entry>', "zebra7Quilt"],
  ["logs", "password:\n  - zebra7Quilt", "zebra7Quilt"],
  ["logs", "Password for ann: zebra7Quilt", "zebra7Quilt"],
  ["logs", 'token "zebra7Quilt"', "zebra7Quilt"],
  ["logs", `PASSWORD${character(0xff1d)}zebra7Quilt`, "zebra7Quilt"],
  // commands, tables and documents
  ["args", "vault login zebra7Quilt", "zebra7Quilt"],
  ["args", "rabbitmqctl add_user ann zebra7Quilt", "zebra7Quilt"],
  ["args", "aws configure set aws_secret_access_key zebra7Quilt", "zebra7Quilt"],
  ["args", "npm config set //r.example/:_authToken zebra7Quilt", "zebra7Quilt"],
  ["args", "mc alias set s http://minio:9000 ann zebra7Quilt", "zebra7Quilt"],
  ["args", "openssl enc -aes-256-cbc -k zebra7Quilt", "zebra7Quilt"],
  ["args", "kubectl create secret generic a --from-literal=k=zebra7Quilt", "zebra7Quilt"],
  ["event", "execCmd=kubectl create secret generic a --from-literal k=zebra7Quilt", "zebra7Quilt"],
  ["exec", "setx TOKEN zebra7Quilt", "zebra7Quilt"],
  ["exec", "password    zebra7Quilt", "zebra7Quilt"],
  ["exec", "password\tzebra7Quilt", "zebra7Quilt"],
  ["exec", "| password | zebra7Quilt |", "zebra7Quilt"],
  ["exec", "password,zebra7Quilt", "zebra7Quilt"],
  ["exec", "PASSWORD<<EOF\nzebra7Quilt\nEOF", "zebra7Quilt"],
  ["exec", "spring.datasource.password=\\\n  zebra7Quilt", "zebra7Quilt"],
  ["event", "name=password:zebra7Quilt", "zebra7Quilt"],
  [
    "logs",
    "https://api.telegram.org/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getMe",
    "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
  ],
  // written in another way
  ["logs", "&quot;password&quot;:&quot;zebra7Quilt&quot;", "zebra7Quilt"],
  ["logs", "password&#61;zebra7Quilt", "zebra7Quilt"],
  ["logs", "pass\\u0077ord=zebra7Quilt", "zebra7Quilt"],
  ["logs", '{"m":"{\\u0022password\\u0022:\\u0022zebra7Quilt\\u0022}"}', "zebra7Quilt"],
  ["logs", `${wide("PASSWORD")}=zebra7Quilt`, "zebra7Quilt"],
  ["env", `${wide("PASSWORD")}=zebra7Quilt`, "zebra7Quilt"],
  // split, or covered up
  ["logs", `pass${character(0x200b)}word=zebra7Quilt`, "zebra7Quilt"],
  [
    "logs",
    `password=zebra${character(0x200d)}7Quilt`,
    "zebra7Quilt",
    `zebra${character(0x200d)}7Quilt`,
  ],
  ["logs", `${character(0x1b)}[31mpassword${character(0x1b)}[0m=zebra7Quilt`, "zebra7Quilt"],
  ["logs", `pass${character(0x1b)}[1mword=zebra7Quilt`, "zebra7Quilt"],
  ["logs", `password=${character(0x1b)}]0;x${character(7)}zebra7Quilt`, "zebra7Quilt"],
  ["logs", `pass${character(0)}word=zebra7Quilt`, "zebra7Quilt"],
  ["logs", `token=${character(0xad)}zebra7Quilt`, "zebra7Quilt"],
  ["logs", `${"x".repeat(4000)} password=zebra7Quilt`, "zebra7Quilt"],
  ["logs", `password=${"zebra7Quilt".repeat(300)}`, "zebra7Quilt"],
  // elsewhere
  ["exec", "MYSQL_ROOT_PASSWORD=zebra7Quilt", "zebra7Quilt"],
  ["exec", "aws_secret_access_key = zebra7Quilt/K7MDENG", "zebra7Quilt"],
  ["exec", 'psk="zebra7Quilt"', "zebra7Quilt"],
  ["health", "curl: (22) https://ann:zebra7Quilt@db.example/ 401", "zebra7Quilt"],
  ["health", "login with password zebra7Quilt failed: password=zebra7Quilt", "=zebra7Quilt"],
  ["error", "cannot mount //s/x: password=zebra7Quilt is wrong", "zebra7Quilt"],
  ["error", "Get https://ann:zebra7Quilt@registry.example/v2/: denied", "zebra7Quilt"],
  ["error", 'unauthorized: {"token":"zebra7Quilt9xyz"}', "zebra7Quilt9xyz"],
  ["warning", "variable API_TOKEN=zebra7Quilt is deprecated", "zebra7Quilt"],
  ["pull_error", "denied for https://ann:zebra7Quilt@mirror.example/x", "zebra7Quilt"],
  ["info", "http://ann:zebra7Quilt@proxy.example:3128", "zebra7Quilt"],
  ["build", "Step 2/3 : ENV NPM_TOKEN=zebra7Quilt", "zebra7Quilt"],
  ["build", "npm notice _authToken=zebra7Quilt", "zebra7Quilt"],
  ["build_error", "fatal: https://ann:zebra7Quilt@g.example/x.git not found", "zebra7Quilt"],
  ...Object.values(TOKENS).map((token): Planted => ["logs", `got ${token} from the store`, token]),
];

/** Two frames of a log, a secret on the edge between them. */
const SPLIT: readonly (readonly [parts: readonly string[], ...secrets: string[]])[] = [
  [["password=zeb", "ra7Quilt\n"], "ra7Quilt"],
  [["pass", "word=zebra7Quilt\n"], "zebra7Quilt"],
  [["https://ann:zebra7", "Quilt@h.example/\n"], "zebra7", "Quilt@"],
  [["Authorization: Bearer ", "zebra7Quilt9xyz\n"], "zebra7Quilt9xyz"],
  [[PRIVATE_KEY.slice(0, 90), `${PRIVATE_KEY.slice(90)}\n`], ...KEY_LINES],
];

/** What only resembles a secret, or describes one; it must come out as it is. */
const WHOLE: readonly (readonly [surface: SurfaceName, text: string])[] = [
  ["env", "KEYBOARD_LAYOUT=dvorak"],
  ["env", "MONKEY=bananas"],
  ["env", "DONKEY=grey"],
  ["env", "PASSENGER_APP_ENV=production"],
  ["env", "AUTHOR=Ann Example"],
  ["env", "GIT_AUTHOR_NAME=Ann"],
  ["env", "TOKENIZERS_PARALLELISM=false"],
  ["env", "SECRETARY=Ann"],
  ["env", "COMPASS=north"],
  ["env", "BYPASS=none"],
  ["env", "POSTGRES_PASSWORD_FILE=/run/secrets/pg"],
  ["env", "SSL_KEY_PATH=/etc/ssl/private/key.pem"],
  ["env", "SSH_AUTH_SOCK=/tmp/agent.1"],
  ["env", "PUBLIC_KEY=abcdefgh12345678abcdefgh"],
  ["env", "MYSQL_ALLOW_EMPTY_PASSWORD=yes"],
  ["env", "POSTGRES_HOST_AUTH_METHOD=trust"],
  ["env", "MAX_TOKENS=4096"],
  ["env", "TOKEN_TTL=3600"],
  ["env", "SESSION_TIMEOUT=30m"],
  ["env", "JWT_ALGORITHM=RS256"],
  ["env", "DB_PASSWORD=${DB_PASSWORD}"],
  ["env", "AUTH_ENABLED=true"],
  ["env", "PWD=/var/www"],
  ["env", "PASSWORD_HASHERS=argon2"],
  ["env", "DATABASE_URL=postgres://db:5432/app"],
  ["env", "LS_COLORS=rs=0:di=01;34:ln=01"],
  ["image_env", "PYTHON_SHA256=8fb5f9fbc7609fa822cb31549884575db7fd9657cbffb89510b5d7975963a83a"],
  ["image_env", "NGINX_VERSION=1.29.1"],
  ["label", "org.opencontainers.image.revision=d670460b4b4aece5915caf5c68d12f560a9fe3e4"],
  ["label", "org.opencontainers.image.authors=Ann <ann@example.com>"],
  ["label", "traefik.http.routers.auth.rule=Host(`auth.example.com`)"],
  ["label", "com.docker.compose.config-hash=8fb5f9fbc7609fa822cb31549884575db7fd9657"],
  ["listed_label", "com.docker.compose.project.working_dir=/srv/shop"],
  ["listed_command", "nginx -g 'daemon off;'"],
  ["network_option", "com.docker.network.bridge.name=br-keys"],
  ["event", "image=registry.example:5000/team/auth-token:1.2.3"],
  ["args", "docker login --password-stdin registry.example"],
  ["args", "psql --no-password app"],
  ["args", "docker run -u app:staff -p 8080:80 nginx"],
  ["args", "date -u +%H:%M:%S"],
  ["history", '/bin/sh -c #(nop)  CMD ["nginx" "-g" "daemon off;"]'],
  ["history", "|1 VERSION=1.29.1 /bin/sh -c make"],
  ["history", "ENV NGINX_VERSION=1.29.1"],
  ["history", "ENV PYTHON_SHA256=8fb5f9fbc7609fa822cb31549884575db7fd9657cbffb89510b5d7975963a83a"],
  [
    "history",
    "|2 DEBIAN_FRONTEND=noninteractive TARGETPLATFORM=linux/amd64 /bin/sh -c apt-get update",
  ],
  ["history", "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
  ["history", "COPY file:8fb5f9fbc7609fa822cb31549884575db7fd9657cbffb89510b5d7975963a83a in /app"],
  ["logs", "Failed password for root from 10.0.0.1 port 22 ssh2"],
  ["logs", "password must be at least 8 characters"],
  ["logs", "SyntaxError: Unexpected token: punc (})"],
  ["logs", "pam_unix(sshd:session): session opened for user root"],
  ["logs", "task-runner-production-worker-1 is up"],
  ["logs", "Pulled nginx@sha256:8fb5f9fbc7609fa822cb31549884575db7fd9657cbffb89510b5d7975963a83a"],
  ["logs", "request 123e4567-e89b-12d3-a456-426614174000 took 12 ms"],
  ["logs", '"GET /login HTTP/1.1" 200 612 "-" "Mozilla/5.0 (X11; Linux x86_64)"'],
  ["logs", '{"prompt_tokens":17,"total_tokens":40}'],
  ["logs", "bearer authentication is not supported"],
  ["logs", "http://localhost:8080/users/ann@example.com"],
  ["logs", "mail ann.b+c@example.com about it"],
  ["logs", "-----BEGIN CERTIFICATE-----"],
  ["logs", "0.0.0.0:8080->80/tcp, :::8080->80/tcp"],
  ["logs", "if (password == other) return secret != null;"],
  ["logs", "pass=1 fail=0"],
  ["logs", "pass=12 fail=0"],
  ["logs", "JsonWebTokenError: invalid signature"],
  ["logs", "o.s.s.authentication.BadCredentialsException: Bad credentials"],
  ["logs", "invalid username/password: unauthorized"],
  ["logs", "password: This field is required."],
  ["logs", '{"env":[{"valueFrom":{"secretKeyRef":{"name":"db","key":"password"}}}]}'],
  ["logs", '{"volumes":[{"secret":{"secretName":"tls","defaultMode":420}}]}'],
  ["logs", '{"properties":{"password":{"type":"string","minLength":8}}}'],
  ["exec", '{"dependencies":{"jsonwebtoken":"^9.0.2","express-session":"1.17.3"}}'],
  ["exec", "password = settings.DB_PASSWORD"],
  ["exec", "id,password,email"],
  ["exec", "password\tvarchar(255)\tNO"],
  ["exec", "Password  string"],
  ["exec", "vault-token\tvault:1.15.2"],
  ["args", "openssl x509 -in a.pem -noout"],
  ["args", "npm config set registry https://r.example/"],
  ["args", "kubectl create configmap a --from-literal=mode=fast"],
  ["env", "SESSION_STORE=redis"],
  ["env", "SMTP_AUTH=login"],
  ["env", "MONGO_URL=mongodb://mongo:27017/?authSource=admin"],
  ["env", "NGINX_GPGKEY=573BFD6B3D8FBC641079A6ABABF5BD827BD9BF62"],
  ["env", "MINIO_ACCESS_KEY_FILE=access_key"],
  ["event", "image=vault-token:1.15.2"],
  ["logs", "pwd: /srv/app"],
  ["logs", "signature: valid"],
  ["logs", "password=%s"],
  ["logs", "--- PASS: TestToken (0.00s)"],
  ["logs", "PASS src/auth/token.test.js"],
  ["logs", "psql: password=$PASSWORD is not expanded"],
  ["logs", "PRIMARY KEY (`id`), KEY `idx_token` (`token`)"],
  ["logs", "Enter your password:"],
  ["logs", "GET /reset-password?step=2 200"],
  ["logs", "ls /etc/ssl/private/key.pem"],
  ["exec", "uid=1000(app) gid=1000(app) groups=1000(app)"],
  ["exec", "eth0: inet 10.1.2.3/24 ether 02:42:ac:11:00:02"],
  ["health", "wget: server returned error: HTTP/1.1 503 Service Unavailable"],
  ["info", "http://proxy.example:3128"],
];

function shown(text: string): string {
  const line = text.replace(/[^ -~]/g, (unseen) => `\\u{${unseen.codePointAt(0)?.toString(16)}}`);
  return line.length > 60 ? `${line.slice(0, 60)}… (${line.length})` : line;
}

/** T8, T18: secrets stay in, whatever shows them; all else comes out as it is. */
export const secrets: Family = {
  code: "SEC",
  title: "secrets in answers, errors and the log",
  attacks: [
    ...PLANTED.map(([surface, text, ...absent], index): Attack => {
      const { call, engine } = SURFACES[surface](text);
      const kind = Object.keys(TOKENS)[index - (PLANTED.length - Object.keys(TOKENS).length)];
      return {
        name: kind === undefined ? `${surface}: ${shown(text)}` : `${surface}: a token of ${kind}`,
        call,
        engine,
        on: surface.startsWith("build") ? "folders" : "ordinary",
        // What is not shown at all proves nothing.
        stopped: { absent, shows: ["[redacted:"] },
      };
    }),
    ...SPLIT.map(([parts, ...absent]): Attack => ({
      name: `logs in pieces: ${parts.map(shown).join(" ¦ ")}`,
      call: { tool: "docker_container_logs", input: web },
      engine: { "GET /containers/{}/logs": () => frames(...parts) },
      stopped: { absent },
    })),
    {
      name: "the variables of a create that the Engine refuses",
      call: {
        tool: "docker_create_container",
        input: { image: "busybox", environment: { DB_PASSWORD: "zebra7Quilt" } },
      },
      engine: {
        "POST /containers/create": () =>
          Response.json({ message: "invalid env DB_PASSWORD=zebra7Quilt" }, { status: 400 }),
      },
      stopped: { absent: ["zebra7Quilt"] },
    },
    {
      name: "an argument in a refusal",
      call: { tool: "docker_stop_container", input: { container_id: "password=zebra7Quilt" } },
      stopped: { absent: ["zebra7Quilt"] },
    },
    {
      name: "an argument of no schema in a refusal",
      call: {
        tool: "docker_stop_container",
        input: { container_id: "web", note: "token=zebra7Quilt" },
      },
      stopped: { absent: ["zebra7Quilt"] },
    },
    {
      name: "a harmless variable where all are hidden",
      ...SURFACES.env("FAVOURITE_ANIMAL=zebra7Quilt"),
      on: "guarded",
      stopped: { absent: ["zebra7Quilt"] },
    },
    {
      name: "a harmless build argument where all are hidden",
      ...SURFACES.history("|1 ANIMAL=zebra7 /bin/sh -c make"),
      on: "guarded",
      stopped: { absent: ["zebra7"] },
    },
    {
      name: "a harmless variable of an image where all are hidden",
      ...SURFACES.image_env("ANIMAL=zebra7Quilt"),
      on: "guarded",
      stopped: { absent: ["zebra7Quilt"] },
    },
  ],
  controls: [
    ...WHOLE.map(([surface, text]): Control => {
      const { call, engine } = SURFACES[surface](text);
      const shows = surface === "args"
        ? text.split(" ")
        : surface === "label" || surface === "listed_label" ||
            surface === "network_option" || surface === "event"
        ? Object.values(labelled(text))
        : [text];
      return {
        name: `${surface}: ${shown(text)}`,
        call,
        engine,
        passed: { shows },
      };
    }),
    {
      name: "the name of a variable whose value is hidden",
      ...SURFACES.env("DB_PASSWORD=zebra7Quilt"),
      passed: { shows: ["DB_PASSWORD=", "[redacted:"] },
    },
    {
      name: "the host of a URL whose password is hidden",
      ...SURFACES.logs("postgres://app:zebra7Quilt@db.example:5432/app"),
      passed: { shows: ["postgres://", "@db.example:5432/app"] },
    },
    {
      name: "how many were hidden",
      ...SURFACES.env("DB_PASSWORD=zebra7Quilt"),
      passed: { shows: ["redactions"] },
    },
    {
      name: "the lines around a secret",
      ...SURFACES.logs("one line before\npassword=zebra7Quilt\none line behind"),
      passed: { shows: ["one line before", "one line behind"] },
    },
    {
      name: "the name of a variable where all values are hidden",
      ...SURFACES.env("FAVOURITE_ANIMAL=zebra7Quilt"),
      on: "guarded",
      passed: { shows: ["FAVOURITE_ANIMAL="] },
    },
  ],
};
