import { z } from "zod";
import { once, type Operation } from "../tools/tool.ts";
import type { PromptContext, PromptMaterial } from "./material.ts";

/** Everything there is to say about one prompt; all else about it is derived from this value. */
export interface Prompt<Input extends z.ZodObject = z.ZodObject>
  extends Operation<Input, typeof output> {
  readonly kind: "prompt";
  /** For people, at most 40 characters. */
  readonly title: string;
  /** For people who choose among prompts: what they get. */
  readonly description: string;
}

/** What is said about a prompt; the rest is the same for all. */
export interface PromptDefinition<Input extends z.ZodObject>
  extends Pick<Prompt<Input>, "name" | "title" | "description" | "example"> {
  /** The tool that shows most of what it gathers: where that may not be called, this may not either. */
  readonly sameAsTool: string;
  /** Arguments are texts, as MCP has it. */
  readonly input: () => Input;
  /** Seconds that gathering may take. @default {30} */
  readonly seconds?: number;
  /** Looks at the Engine; changes nothing. */
  gather(context: PromptContext, input: z.output<Input>): Promise<PromptMaterial>;
}

/** Room for a second of statistics and a busy Engine. */
const SECONDS = 30;

const output = z.object({
  instructions: z.array(z.string()),
  data: z.array(
    z.object({ source: z.string(), text: z.string(), isRedacted: z.boolean().optional() }),
  ),
});

/** Makes a prompt, which runs through the same pipeline as a tool. */
export function definePrompt<Input extends z.ZodObject>(
  { gather, input, seconds = SECONDS, ...about }: PromptDefinition<Input>,
): Prompt<Input> {
  return {
    ...about,
    kind: "prompt",
    safety: "safe",
    seconds,
    input: once(input),
    output: () => output,
    run: async (context, input) => {
      const { instructions, data } = await gather(context, input);
      return { instructions: [...instructions], data: [...data] };
    },
  };
}
