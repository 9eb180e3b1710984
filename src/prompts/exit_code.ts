import type { ContainerState } from "../docker/types.ts";

/** Signals by number as Linux has them on x86 and ARM, with what usually sends them. */
const SIGNALS: ReadonlyMap<number, readonly [name: string, cause: string]> = new Map([
  [1, ["SIGHUP", "its terminal was closed, or it was told to reload"]],
  [2, ["SIGINT", "it was interrupted, as by Ctrl-C"]],
  [3, ["SIGQUIT", "it was told to quit, as by Ctrl-\\ or a stop signal of the image"]],
  [4, ["SIGILL", "the processor does not know an instruction: built for another one, or damaged"]],
  [5, ["SIGTRAP", "it hit a breakpoint or an assertion"]],
  [6, [
    "SIGABRT",
    "it gave up by itself: a failed assertion, an uncaught exception, a damaged heap",
  ]],
  [7, ["SIGBUS", "bad memory access, often a full /dev/shm or a file cut under a mapping"]],
  [8, ["SIGFPE", "a division by zero or another arithmetic error"]],
  [9, ["SIGKILL", "it was killed"]],
  [10, ["SIGUSR1", "a signal whose meaning the program decides"]],
  [11, ["SIGSEGV", "bad memory access: a defect of the program or a library that does not fit"]],
  [12, ["SIGUSR2", "a signal whose meaning the program decides"]],
  [13, ["SIGPIPE", "it wrote to a connection or pipe that the other side had closed"]],
  [14, ["SIGALRM", "a timer of its own ran out"]],
  [15, ["SIGTERM", "it was asked to stop, as by `docker stop`"]],
  [24, ["SIGXCPU", "it used up its limit of CPU time (ulimit)"]],
  [25, ["SIGXFSZ", "it wrote a file beyond its limit of size (ulimit)"]],
  [31, ["SIGSYS", "a system call that seccomp forbids"]],
]);
const HIGHEST_SIGNAL = 64;
/** A shell, and the Engine, tell a death by signal as 128 and its number. */
const SIGNAL_BASE = 128;

const MEANINGS: ReadonlyMap<number, string> = new Map([
  [0, "it ended by itself and reported success"],
  [1, "it reported an error of its own; its log tells which"],
  [2, "it reported wrong usage (shells and many programs): look at its command and arguments"],
  [125, "Docker itself failed before the program began"],
  [126, "its program was found but cannot be run: no permission to execute, or a folder"],
  [
    127,
    "its program or one that its shell called was not found: wrong path, or missing in the image",
  ],
  [128, "the runtime could not start it, or it exited with a number that is none"],
  [255, "it exited with -1 or beyond 255, or the Engine or its host went down while it ran"],
]);
/** Windows tells exceptions as NTSTATUS values. */
const WINDOWS: ReadonlyMap<number, string> = new Map([
  [0xc000_0005, "an access violation: bad memory access"],
  [0xc000_0135, "a DLL was not found"],
  [0xc000_0142, "a DLL could not be initialised"],
  [0xc000_013a, "it was stopped, as by Ctrl-C or `docker stop`"],
]);

/** What is known of an end besides its number. */
export interface ExitCircumstances {
  /** `State.OOMKilled`: the kernel killed something in the container for want of memory. @default {false} */
  readonly oomKilled?: boolean | undefined;
}

/**
 * What an exit code means, as a clause about the container.
 *
 * 1 to 124 are the program's own. Codes above 128 are 128 and the number of the signal, which a program may also choose
 * by itself.
 *
 * @see https://docs.docker.com/engine/containers/run/#exit-status
 */
export function exitMeaning(code: number, { oomKilled = false }: ExitCircumstances = {}): string {
  if (code === 137) return killed(oomKilled);
  const meaning = MEANINGS.get(code) ?? WINDOWS.get(code < 0 ? code + 2 ** 32 : code) ??
    signalMeaning(code - SIGNAL_BASE) ?? "a code of the program's own; its documentation tells";
  return oomKilled
    ? `${meaning}; besides, the kernel killed a process in it for want of memory`
    : meaning;
}

/** Why SIGKILL came: the memory limit where the Engine says so, else somebody's hand. */
function killed(oomKilled: boolean): string {
  return oomKilled
    ? "SIGKILL (128 + 9) by the kernel, because the container reached its memory limit (OOMKilled)"
    : "SIGKILL (128 + 9), not for its memory limit as far as the Engine knows: `docker kill`, a stop whose timeout " +
      "passed because the program ignores its stop signal, or the host itself out of memory";
}

function signalMeaning(signal: number): string | undefined {
  if (signal < 1 || signal > HIGHEST_SIGNAL) return undefined;
  const [name, cause] = SIGNALS.get(signal) ?? [`signal ${signal}`, "a rare one"];
  return `${name} (128 + ${signal}): ${cause}`;
}

/** How a container stands, in lines: state, times, exit code with its meaning, and the runtime's own message. */
export function stateLines(state: ContainerState, restarts: number | undefined): string[] {
  const { Status = "unknown", Running, Restarting, ExitCode, Error, StartedAt, FinishedAt } = state;
  const hasEnded = Restarting === true || (Running !== true && isTime(FinishedAt));
  const failedToStart = Status === "created" && typeof ExitCode === "number" && ExitCode !== 0;
  return [
    `State: ${Status}`,
    ...(isTime(StartedAt) ? [`Started: ${StartedAt}`] : ["It has never started"]),
    ...(hasEnded ? [`Ended: ${FinishedAt}`] : []),
    ...((hasEnded || failedToStart) && typeof ExitCode === "number"
      ? [`Exit code ${ExitCode}: ${exitMeaning(ExitCode, { oomKilled: state.OOMKilled })}`]
      : []),
    ...(state.OOMKilled === true ? ["OOMKilled: yes, the kernel killed for want of memory"] : []),
    ...(restarts ? [`Restarts by its policy: ${restarts}`] : []),
    ...(Error ? [`The runtime's message: ${Error}`] : []),
  ];
}

/** The Engine writes year 1 for never. */
function isTime(text: string | undefined): boolean {
  return text !== undefined && text !== "" && !text.startsWith("0001-");
}
