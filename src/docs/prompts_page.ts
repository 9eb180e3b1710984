import { GENERATED_HEADER, table } from "./markdown.ts";

/** What the page tells of a prompt, as `prompts/list` has it. */
export interface ListedPrompt {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly arguments?:
    | readonly {
      readonly name: string;
      readonly description?: string | undefined;
      readonly required?: boolean | undefined;
    }[]
    | undefined;
}

/** docs/prompts.md: every prompt with its arguments. */
export function promptsPage(prompts: readonly ListedPrompt[]): string {
  return `${GENERATED_HEADER}
# Prompts

A prompt looks at the Engine as far as its subject needs and puts together what an expert looks at first. It changes nothing. Our
words are in one message; what containers, images and people wrote is in another one, between markers that cannot be forged, without
secrets, and at most 32,000 bytes with all. What could not be seen is told. Secrets are taken out whatever \`SAFETY_REDACT\` says.
\`SAFETY_ALLOWED_PROMPTS\` says which are offered; none is whose tool may not be called, e.g. \`docker_container_logs\` for the logs that
\`troubleshoot_container\` tells.

${prompts.map(section).join("\n")}`;
}

function section({ name, description = "", arguments: given = [] }: ListedPrompt): string {
  const rows = given.map(({ name, description = "", required }) => [
    `\`${name}\``,
    required ? "required" : "",
    description,
  ]);
  return `## ${name}\n\n${description}\n\n${table(["Argument", "", "Meaning"], rows)}`;
}
