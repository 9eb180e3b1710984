import type { ImageDetails, ImageHistoryStep } from "../docker/types.ts";
import { numberOf, textOf, textsOf } from "../tools/security_values.ts";
import { bytesText, imageLines } from "./container_lines.ts";

const MOST_STEPS = 12;
/** Layers beyond this cost time at every pull and start. */
const MANY_LAYERS = 40;
const LARGE_BYTES = 1024 ** 3;

/** How an image was built, in lines: its largest steps first. */
export function layerLines(
  image: ImageDetails | undefined,
  history: readonly ImageHistoryStep[] | undefined,
): string[] {
  const steps = (history ?? []).map(({ Size, CreatedBy }) => ({
    size: numberOf(Size),
    step: textOf(CreatedBy).replace(/^\/bin\/sh -c (?:#\(nop\) +)?/, ""),
  })).filter(({ size }) => size > 0).toSorted((a, b) => b.size - a.size);
  return [
    ...(image === undefined ? [] : imageLines(image)),
    ...steps.slice(0, MOST_STEPS).map(({ size, step }) =>
      `${bytesText(size)}: ${step || "(imported)"}`
    ),
    ...(steps.length > MOST_STEPS ? [`${steps.length - MOST_STEPS} smaller steps`] : []),
  ];
}

/** What an image itself could do better. */
export function imageFindings(
  image: ImageDetails | undefined,
  history: readonly ImageHistoryStep[] | undefined,
): string[] {
  const layers = textsOf(image?.RootFS?.Layers).length;
  const steps = (history ?? []).map(({ CreatedBy }) => textOf(CreatedBy));
  return [
    ...(numberOf(image?.Size) > LARGE_BYTES
      ? [
        `The image is ${
          bytesText(numberOf(image?.Size))
        } large: a smaller base or a build in stages`,
      ]
      : []),
    ...(layers > MANY_LAYERS ? [`The image has ${layers} layers: join steps`] : []),
    ...(steps.some((step) =>
        /\bapt-get install\b/.test(step) && !/rm -rf? .*\/var\/lib\/apt/.test(step)
      )
      ? [
        "A step installs with apt-get and keeps the package lists, unless a cache mount holds them",
      ]
      : []),
    ...(steps.some((step) => /\bpip3? install\b/.test(step) && !/--no-cache-dir/.test(step))
      ? ["A step installs with pip and keeps its cache, unless a variable or mount says otherwise"]
      : []),
    ...(steps.some((step) => /\b(?:chown|chmod) -R\b/.test(step))
      ? [
        "A step changes owners or modes of many files, which doubles them: use COPY --chown, --chmod",
      ]
      : []),
  ];
}
