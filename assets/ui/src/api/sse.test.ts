import { describe, expect, it } from "vitest";
import { eventParser, readEvents, type ServerEvent } from "./sse";

function parsed(...pieces: string[]): ServerEvent[] {
  const events: ServerEvent[] = [];
  const parse = eventParser((event) => events.push(event));
  for (const piece of pieces) parse(piece);
  return events;
}

const TWO = 'event: tier\ndata: {"tier":"model"}\n\nevent: token\ndata: {"text":"SELECT"}\n\n';
const TWO_EVENTS = [
  { name: "tier", data: '{"tier":"model"}' },
  { name: "token", data: '{"text":"SELECT"}' },
];

describe("the parser", () => {
  it("gives the same events wherever the text is cut", () => {
    expect(parsed(TWO)).toEqual(TWO_EVENTS);
    expect(parsed(...TWO)).toEqual(TWO_EVENTS);
    for (let at = 0; at <= TWO.length; at += 1) expect(parsed(TWO.slice(0, at), TWO.slice(at))).toEqual(TWO_EVENTS);
  });

  it.each(["\n", "\r\n", "\r"])("takes %j as the end of a line", (end) => {
    const text = `${TWO.replaceAll("\n", end)}: more to come`;
    expect(parsed(text)).toEqual(TWO_EVENTS);
    expect(parsed(...text)).toEqual(TWO_EVENTS);
  });

  it("joins several lines of data and takes off one space only", () => {
    expect(parsed("data: one\ndata:two\ndata:  three\ndata\n\n")).toEqual([{ name: "message", data: "one\ntwo\n three\n" }]);
  });

  it("passes over comments, other fields and empty events", () => {
    expect(parsed(": beat\n\nid: 3\nretry: 10\n\nevent: tier\n\nid: 4\nevent: sql\n: beat\ndata: x\n\n")).toEqual([
      { name: "sql", data: "x" },
    ]);
  });

  it("keeps back an event that is not complete", () => {
    expect(parsed("event: answer\ndata: {}\n")).toEqual([]);
  });
});

it("reads a body to its end, also where a letter is cut in two", async () => {
  const bytes = new TextEncoder().encode("data: Käthe\n\n");
  const cut = bytes.indexOf(0xc3) + 1;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      controller.enqueue(bytes.slice(0, cut));
      controller.enqueue(bytes.slice(cut));
      controller.close();
    },
  });
  const events: ServerEvent[] = [];
  await readEvents(body, (event) => events.push(event));
  expect(events).toEqual([{ name: "message", data: "Käthe" }]);
});
