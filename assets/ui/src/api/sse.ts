// Server-sent events out of a stream of bytes, for requests that an `EventSource` cannot make: it
// only ever sends GET.

export interface ServerEvent {
  /** `message` where the server gave no name. */
  name: string;
  data: string;
}

/** Takes text in pieces as they arrive, cut anywhere, and hands out the events that are complete. */
export function eventParser(onEvent: (event: ServerEvent) => void): (piece: string) => void {
  let rest = "";
  let name = "";
  let data: string[] = [];

  const take = (line: string) => {
    if (line === "") {
      if (data.length > 0) onEvent({ name: name || "message", data: data.join("\n") });
      name = "";
      data = [];
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    // A line that begins with a colon is a comment: it has no field.
    if (field === "event") name = value;
    else if (field === "data") data.push(value);
  };

  return (piece) => {
    rest += piece;
    for (;;) {
      const end = /\r\n|\n|\r/.exec(rest);
      // A carriage return at the very end may be half of a line end.
      if (end === null || (end[0] === "\r" && end.index === rest.length - 1)) return;
      take(rest.slice(0, end.index));
      rest = rest.slice(end.index + end[0].length);
    }
  };
}

/** Reads a body to its end. */
export async function readEvents(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onEvent: (event: ServerEvent) => void,
): Promise<void> {
  const parse = eventParser(onEvent);
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parse(value);
    }
  } finally {
    // Nobody reads what may still come.
    reader.cancel().catch(() => undefined);
  }
}
