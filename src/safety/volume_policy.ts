import { isVolumeName } from "../docker/reference.ts";
import { RefusedError } from "../tools/refused.ts";
import { type Json, object, onlyKnown, unknown } from "./create_policy.ts";

const VOLUME_FIELDS = new Set(["Name", "Driver", "DriverOpts", "Labels"]);
/** A limit of an ordinary volume, which some file systems can keep. */
const VOLUME_SIZE = /^\d{1,15}[kmgt]?b?$/i;
const TMPFS_FIELDS = new Set(["type", "device", "o"]);
/** What the kernel takes for a tmpfs and does no harm; "bind", "dev" and "suid" are not among it. */
const TMPFS_OPTION =
  /^(?:size=\d{1,15}[kmg%]?|nr_inodes=\d{1,15}[kmg]?|mode=[0-7]{3,4}|[ug]id=\d{1,10}|ro|rw|noatime|nodiratime|relatime|strictatime|nodev|noexec|nosuid)$/i;

/**
 * Judges the final body of a volume create. Options of the `local` driver are those of mount(8): they mount any path, disk
 * or share of the host; only a tmpfs passes. Those of other drivers mean what their authors like.
 *
 * @throws {RefusedError} `policy`, naming the option but never its value, which may be a password.
 */
export function judgeVolume(body: unknown): void {
  const volume = object(body, "volume");
  onlyKnown(volume, VOLUME_FIELDS, "volume");
  const { Name, Driver = "local" } = volume;
  if (Name !== undefined && (typeof Name !== "string" || !isVolumeName(Name))) {
    throw unknown("volume.Name");
  }
  const options = object(volume.DriverOpts ?? {}, "volume.DriverOpts");
  if (Object.keys(options).length === 0) return;
  if (Driver !== "local") throw refused("the options of other drivers than local are not covered");
  if (isLimit(options)) return;
  const mistake = tmpfsMistake(options);
  if (mistake !== undefined) throw refused(mistake);
}

function isLimit({ size, ...others }: Json): boolean {
  return typeof size === "string" && VOLUME_SIZE.test(size) && Object.keys(others).length === 0;
}

function tmpfsMistake(options: Json): string | undefined {
  const stranger = Object.keys(options).find((key) => !TMPFS_FIELDS.has(key));
  if (stranger !== undefined) return `${JSON.stringify(stranger.slice(0, 64))} is not covered`;
  const { type, device = "tmpfs", o } = options;
  if (type !== "tmpfs") {
    return 'type must be "tmpfs": others mount a path, disk or share of the host';
  }
  if (device !== "tmpfs") return 'device must be "tmpfs": others are paths or disks of the host';
  const isHarmless = o === undefined ||
    typeof o === "string" && o.split(",").every((option) => TMPFS_OPTION.test(option));
  return isHarmless
    ? undefined
    : "o may hold size, nr_inodes, mode, uid, gid, ro, rw, noatime, relatime, nodev, noexec and nosuid only";
}

function refused(what: string): RefusedError {
  return new RefusedError(
    "policy",
    `driver_opts: ${what}`,
    'Leave driver_opts out for an ordinary volume; for one in memory use {"type": "tmpfs", "device": "tmpfs", "o": "size=64m"}',
  );
}
