import { z } from "zod";
import { isoTime, shortId } from "./container_view.ts";

/** What a destructive call can delete. */
export type PlannedKind = "container" | "image" | "network" | "volume";

/** One object that a destructive call will delete. */
export interface PlannedObject {
  readonly kind: PlannedKind;
  /** As the Engine takes it: the full id, or a volume's name. */
  readonly id: string;
  readonly name?: string;
  /** Of a container, in the Engine's word, e.g. `running`. */
  readonly state?: string;
  /** Bytes that deleting it sets free, where the Engine tells. */
  readonly size?: number;
  /** RFC 3339. */
  readonly created?: string;
  /** Every name that an image goes by. */
  readonly tags?: readonly string[];
  /** Names of the containers that use it. */
  readonly used_by?: readonly string[];
}

/** What a destructive call would do. */
export interface Plan {
  readonly objects: readonly PlannedObject[];
  /** What else goes, breaks or stands in the way, one sentence each, without figures that change by themselves. */
  readonly also?: readonly string[];
}

/** A plan as clients read it. */
export type ShownPlan = {
  readonly objects: readonly PlannedObject[];
  /** Objects beyond the limit of lists; the totals count them. */
  readonly not_listed?: number;
  /** Objects by kind, and bytes. */
  readonly totals: Readonly<Record<string, number>>;
  readonly also?: readonly string[];
  readonly cannot_be_undone: string;
};

/** What a plan answers beside the fields of the tool. */
export interface PlanAnswer {
  readonly status: "planned";
  /** What is different from the plan that was to be confirmed. */
  readonly changed?: readonly string[];
  readonly plan: ShownPlan;
  /** Sealed; the same call with it acts on exactly this plan. */
  readonly confirm: string;
  /** Seconds. */
  readonly expires_in: number;
  /** One sentence for the model. */
  readonly next_step: string;
}

/** What is lost with each kind of object. */
const LOST: Readonly<Record<PlannedKind, string>> = {
  container: "what was written inside containers",
  image: "images that can be neither pulled nor built again",
  network: "the settings of networks",
  volume: "the data in volumes",
};

/**
 * A plan with its totals and what cannot be undone.
 *
 * @param limit Objects that are listed; 0 lists all.
 */
export function showPlan({ objects, also = [] }: Plan, limit: number): ShownPlan {
  const listed = limit === 0 ? objects : objects.slice(0, limit);
  const left = objects.length - listed.length;
  const kinds = new Set(objects.map(({ kind }) => kind));
  const lost = [...kinds].map((kind) => LOST[kind]).join("; ");
  return {
    objects: listed.map((object) => ({ ...object, id: shownId(object) })),
    ...(left === 0 ? {} : { not_listed: left }),
    totals: totals(objects),
    ...(also.length === 0 ? {} : { also }),
    cannot_be_undone: `Lost for good: ${lost}`,
  };
}

/** The id of an object as other tools show it: a volume's is its name, which is no use cut. */
export function shownId({ kind, id }: PlannedObject): string {
  return kind === "volume" ? id : shortId(id);
}

function totals(objects: readonly PlannedObject[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of objects) counts[`${kind}s`] = (counts[`${kind}s`] ?? 0) + 1;
  const sizes = objects.flatMap(({ size }) => size === undefined ? [] : [size]);
  return sizes.length === 0 ? counts : { ...counts, size: sizes.reduce((sum, size) => sum + size) };
}

/** When an object was made, from the Engine's Unix seconds or RFC 3339; nothing where it does not tell. */
export function createdAt(time: string | number | null | undefined): { created?: string } {
  const seconds = typeof time === "number" ? time : Date.parse(time ?? "") / 1000;
  return Number.isFinite(seconds) && seconds > 0 ? { created: isoTime(seconds) } : {};
}

/** The input of a destructive tool, which takes the token of a plan besides its own arguments. */
export function withConfirm<Input extends z.ZodObject>(input: Input): Input {
  const confirm = z.string().max(200).optional().meta({
    description: "Token of the plan",
  });
  return input.extend({ confirm }) as unknown as Input;
}

/** The output of a destructive tool: a plan, or what was done. One object, because some clients refuse a union. */
export function withPlan<Output extends z.ZodObject>(output: Output): Output {
  const either = output.partial().extend({
    status: z.enum(["planned", "done"]),
    plan: z.record(z.string(), z.unknown()).optional(),
    confirm: z.string().optional(),
    expires_in: z.number().optional(),
  });
  // Beside a plan every field is optional, but what was done has to be told whole.
  const isWhole = (answer: z.output<typeof either>): boolean =>
    answer.status === "planned" || output.safeParse(answer).success;
  return either.refine(isWhole) as unknown as Output;
}
