import { expect, it } from "vitest";
import { columnPicker } from "./csvColumns";

const wanted = [
  { field: "state", title: "State" },
  { field: "tags", title: "Tags" },
];

it("picks columns whatever the pieces, and leaves quoted lines whole", () => {
  const file = 'id,tags,state\r\n1,"{""A"":""x,\ny""}",STOPPED\r\n2,,ERROR';
  for (const size of [1, 5, 1000]) {
    const picker = columnPicker(wanted);
    let text = "";
    for (let at = 0; at < file.length; at += size) text += picker.add(file.slice(at, at + size));
    expect(text + picker.end()).toBe('State,Tags\r\nSTOPPED,"{""A"":""x,\ny""}"\r\nERROR,\r\n');
  }
});
