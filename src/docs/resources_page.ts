import { GENERATED_HEADER, table } from "./markdown.ts";

/** What the page tells of a resource, as `resources/templates/list` has it. */
export interface ListedTemplate {
  readonly uriTemplate: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly mimeType?: string | undefined;
}

/** docs/resources.md: every kind of resource. */
export function resourcesPage(templates: readonly ListedTemplate[]): string {
  const rows = templates.map(({ uriTemplate, description = "", mimeType = "" }) => [
    `\`${uriTemplate}\``,
    description,
    `\`${mimeType}\``,
  ]);
  return `${GENERATED_HEADER}
# Resources

What containers write and use, to be read, and to be told of when it changes.

${table(["URI", "What it holds", "Type"], rows)}
\`container_id\` is a name or an id; both are completed. The list names every container, statistics only
those that run. What a container wrote is fenced and redacted, as in the tools that show the same; where
such a tool is denied or not allowed, so is the resource, and where \`docker_list_containers\` is, nothing
is listed or completed. \`SAFETY_ALLOWED_RESOURCES\` says which resources are offered.

Whoever subscribes is told at most once a second: of a log when the container writes, of statistics when
they move by a point of CPU or a percent of memory, of both when the container starts, stops or is removed,
and of the list when containers come and go. Subscriptions survive a restart of the Engine. One client may
have 64.
`;
}
