import { z } from "zod";
import type { ImageHistoryStep } from "../docker/types.ts";
import { shortId } from "./container_view.ts";
import { engineFilters, filters, imageRef, truncationInfo, verbose } from "./fields.ts";
import { imageDigests, imageRow, imageView } from "./image_view.ts";
import { defineTool, type Tool } from "./tool.ts";
import { cutFields, cutRows } from "./truncation.ts";
import { type Json, pick } from "./views.ts";

/** The keys that the Engine takes for a list of images; `label!` and `until` from 24 on. */
const FILTER_KEYS = [
  "before",
  "dangling",
  "label",
  "label!",
  "reference",
  "since",
  "until",
] as const;

/** The images on the Engine, one short row each. */
export const listImages: Tool = defineTool({
  name: "docker_list_images",
  title: "List images",
  safety: "safe",
  description: "List images: id, tags, size, created. " +
    "Changes nothing.",
  untrusted: ["images.labels"],
  input: () =>
    z.strictObject({
      all: z.boolean().default(false).meta({ description: "Intermediate ones too" }),
      filters: filters(FILTER_KEYS, 'E.g. {"reference": "shop/*"}'),
      verbose: verbose("Add full ids, labels, digests"),
    }),
  output: () =>
    z.object({
      images: z.array(z.object({
        id: z.string(),
        tags: z.array(z.string()),
        digests: z.array(z.string()).optional(),
        size: z.number(),
        created: z.string().optional(),
        dangling: z.boolean().optional(),
        full_id: z.string().optional(),
        labels: z.record(z.string(), z.string()).optional(),
      })),
      count: z.number(),
      truncation_info: truncationInfo(),
    }),
  example: { filters: { reference: "shop/*", dangling: "false" } },
  async run({ docker, signal, limits }, { all, filters, verbose }) {
    const found = await docker.images.list({ all, filters: engineFilters(filters), signal });
    const { rows, truncation_info } = cutRows(found, limits.listRows);
    const images = rows.map((summary) => ({
      ...imageRow(summary),
      ...(verbose
        ? {
          full_id: summary.Id ?? "",
          labels: summary.Labels ?? {},
          digests: imageDigests(summary),
        }
        : {}),
    }));
    return { images, count: found.length, truncation_info };
  },
});

/** All about one image. */
export const inspectImage: Tool = defineTool({
  name: "docker_inspect_image",
  title: "Inspect image",
  safety: "safe",
  description:
    "Show an image's names, platform, size and what a container of it runs, e.g. before " +
    "creating one. Changes nothing.",
  untrusted: ["details"],
  input: () =>
    z.strictObject({
      image_name: imageRef(),
      verbose: verbose("Everything"),
    }),
  output: () =>
    z.object({ details: z.record(z.string(), z.unknown()), truncation_info: truncationInfo() }),
  example: { image_name: "nginx:1.29" },
  async run({ docker, signal, limits }, { image_name, verbose }) {
    const image = await docker.images.inspect(image_name, { signal });
    const shown = verbose ? image as Json : pick(image, imageView);
    return cutFields(shown, limits.inspectFieldBytes);
  },
});

/** How an image came to be. */
export const imageHistory: Tool = defineTool({
  name: "docker_image_history",
  title: "Image history",
  safety: "safe",
  description: "Show the steps that made an image, last first: how it was built, what makes it " +
    "large. Changes nothing.",
  untrusted: ["history"],
  input: () => z.strictObject({ image: imageRef() }),
  output: () =>
    z.object({
      history: z.array(z.object({
        Id: z.string(),
        Created: z.number().meta({ description: "Unix seconds" }),
        CreatedBy: z.string(),
        Size: z.number(),
        Tags: z.array(z.string()).optional(),
        Comment: z.string().optional(),
      })),
      truncation_info: truncationInfo(),
    }),
  example: { image: "nginx:1.29" },
  async run({ docker, signal, limits }, { image }) {
    const steps = await docker.images.history(image, { signal });
    const { details, truncation_info } = cutFields(
      { history: steps.map(historyRow) },
      limits.inspectFieldBytes,
    );
    return { history: details.history as HistoryRow[], truncation_info };
  },
});

type HistoryRow = ReturnType<typeof historyRow>;

function historyRow({ Id, Created, CreatedBy, Size, Tags, Comment }: ImageHistoryStep): {
  Id: string;
  Created: number;
  CreatedBy: string;
  Size: number;
  Tags?: string[];
  Comment?: string;
} {
  return {
    Id: shortId(Id),
    Created: Created ?? 0,
    CreatedBy: CreatedBy ?? "",
    Size: Size ?? 0,
    ...(Tags && Tags.length > 0 ? { Tags: [...Tags] } : {}),
    ...(Comment ? { Comment } : {}),
  };
}
