import { z } from "zod";
import { isContainerLookup } from "../docker/reference.ts";
import { containerRef } from "../tools/fields.ts";

/** Containers that one prompt may be about. */
const MOST_CONTAINERS = 50;

/** One container. */
export function container(): z.ZodType<string, string> {
  return containerRef().meta({ description: "Container name or id" });
}

/** One container, where leaving it out means something; clients send "" for a field that was left empty. */
export function optionalContainer(description: string): z.ZodOptional<z.ZodString> {
  return z.string().meta({ description })
    .refine(
      (text) => containersIn(text).length <= 1 && containersIn(text).every(isContainerLookup),
      {
        error: 'is not a container name or id; expected letters, digits, "_", "." or "-"',
      },
    ).optional();
}

/** Any number of containers, with commas between them; "" for none. */
export function optionalContainers(description: string): z.ZodOptional<z.ZodString> {
  return z.string().meta({ description })
    .refine((text) => containersIn(text).every(isContainerLookup), {
      error: 'is not a list of container names or ids; expected e.g. "web" or "web,db"',
    })
    .refine((text) => containersIn(text).length <= MOST_CONTAINERS, {
      error: `names more than ${MOST_CONTAINERS} containers`,
    }).optional();
}

/** The containers that an argument names, without the `/` in front with which Docker prints names. */
export function containersIn(text = ""): string[] {
  return text.split(",").map((name) => name.trim().replace(/^\//, "")).filter((name) =>
    name !== ""
  );
}

/** What the user says in words. */
export function wish(description: string, maximum: number): z.ZodOptional<z.ZodString> {
  return z.string().max(maximum).meta({ description }).optional();
}
