/** What `redact` leaves in place of a secret. */
const MARKER = /\[redacted:[\w-]{1,32}\]/;
/** What `redact` found by its form, not by the words before it. */
const BY_FORM = /\[redacted:(?!field\]|option\])/;
/** Longer values would make the file unreadable, and larger than an answer may be. */
const LONGEST_VALUE = 4096;
/** Shorter ones, words such as `postgres` and numbers occur in ordinary text by chance. */
const SHORTEST_KNOWN = 8;
const COMMON_WORD = /^(?:[A-Za-z]?[a-z]+|[A-Z]+|\d+)$/;

/**
 * Texts for a Compose file: secrets become references such as `${DB_PASSWORD:?set it}`, and `$` becomes `$$`, because Compose
 * would take it for a reference.
 *
 * A secret that a variable has told is also found where nothing announces it.
 */
export class ComposeTexts {
  /** Value by the name of its reference. */
  readonly #values = new Map<string, string>();
  readonly #known = new Map<string, string>();

  /** @param redact Replaces each secret in a text by `[redacted:<kind>]`. */
  constructor(readonly redact: (text: string) => string) {}

  /** The names that must be set before the file can be used. */
  get references(): string[] {
    return [...this.#values.keys()];
  }

  /** Takes a value for a secret, wherever it occurs, if it is one. */
  learn(name: string, value: string, owner: string): void {
    if (value.length < SHORTEST_KNOWN || COMMON_WORD.test(value)) return;
    if (!this.#isSecret(name, value)) return;
    this.#known.set(value, this.#nameFor(name, value, owner));
  }

  /** A name, path or address: words such as `auth:1.2` announce nothing there, while tokens and logins are secrets anywhere. */
  name(text: string): string {
    return BY_FORM.test(this.redact(text)) ? this.text(text, "name") : escaped(text);
  }

  /** The value of a variable, label or option. */
  named(name: string, value: string, owner: string): string {
    const known = this.#known.get(value);
    if (known !== undefined) return reference(known);
    if (!this.#isSecret(name, value) && value.length <= LONGEST_VALUE) {
      return this.text(value, `${owner}_${name}`);
    }
    return reference(this.#nameFor(name, value, owner));
  }

  /** Any other text; `label` names what is hidden in it. */
  text(text: string, label: string): string {
    if (text.length > LONGEST_VALUE) return reference(this.#nameFor(label, text, label));
    let pieces: Piece[] = [{ text }];
    for (const [value, name] of this.#known) {
      pieces = pieces.flatMap((piece) => without(piece, value, name));
    }
    return pieces.map((piece) =>
      "reference" in piece ? reference(piece.reference) : this.#withoutMarked(piece.text, label)
    ).join("");
  }

  /** Words of a command: one after an option may be a secret because of that option only. */
  words(words: readonly string[], label: string): string[] {
    return words.map((word, index) => {
      const before = words[index - 1] ?? "";
      const isAnnounced = before.startsWith("-") && !word.startsWith("-") &&
        this.redact(word) === word && this.redact(before) === before &&
        this.redact(`${before} ${word}`) !== `${before} ${word}`;
      return isAnnounced
        ? reference(this.#nameFor(`${label}_${before.replace(/^-+/, "")}`, word, label))
        : this.text(word, label);
    });
  }

  #isSecret(name: string, value: string): boolean {
    const entry = `${name}=${value}`;
    return value !== "" && this.redact(entry) !== entry;
  }

  #withoutMarked(text: string, label: string): string {
    const redacted = this.redact(text);
    if (redacted === text) return escaped(text);
    const [first = "", ...rest] = redacted.split(MARKER).map(escaped);
    return rest.reduce(
      (whole, piece, index) =>
        // The secret itself is not told, so that each place gets a reference of its own.
        `${whole}${reference(this.#nameFor(label, `${label} ${index} ${text}`, label))}${piece}`,
      first,
    );
  }

  /** A name that is free or already stands for this value. */
  #nameFor(name: string, value: string, owner: string): string {
    const wishes = [variableName(name), variableName(`${owner}_${name}`)];
    for (let count = 2;; count++) {
      const wish = wishes.shift() ?? variableName(`${owner}_${name}_${count - 1}`);
      const taken = this.#values.get(wish);
      if (taken !== undefined && taken !== value) continue;
      this.#values.set(wish, value);
      return wish;
    }
  }
}

type Piece = { readonly text: string } | { readonly reference: string };

function without(piece: Piece, value: string, name: string): Piece[] {
  if ("reference" in piece || !piece.text.includes(value)) return [piece];
  return piece.text.split(value).flatMap((text, index) =>
    index === 0 ? [{ text }] : [{ reference: name }, { text }]
  );
}

function reference(name: string): string {
  return `\${${name}:?set it}`;
}

function escaped(text: string): string {
  return text.replaceAll("$", "$$$$");
}

/** As shells and Compose take it. */
function variableName(name: string): string {
  const plain = name.replace(/^-+/, "").replace(/[^A-Za-z0-9_]+/g, "_").slice(0, 80).toUpperCase();
  return /^[A-Z_]/.test(plain) ? plain : `_${plain}`;
}
