// SQL laid out for reading: a line for each clause. Only blanks outside of quotes change, so it means
// the same.

const CLAUSE = /^(FROM|WHERE|GROUP BY|HAVING|ORDER BY|LIMIT|UNION ALL|UNION|(LEFT |INNER |CROSS )?JOIN)\b/i;
const FURTHER = /^(AND|OR)\b/i;
const QUOTED = /^('(?:[^']|'')*'|"(?:[^"]|"")*"|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\/)/;

/** What somebody has laid out already stays as it is. */
export function layOut(sql: string): string {
  const text = sql.trim();
  if (text.includes("\n")) return text;
  let out = "";
  let depth = 0;
  let between = false;
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    const quoted = QUOTED.exec(rest)?.[0];
    if (quoted !== undefined) {
      out += quoted;
      at += quoted.length;
      continue;
    }
    const next = rest.slice(1);
    if (rest.startsWith("(")) depth += 1;
    if (rest.startsWith(")")) depth -= 1;
    if (/^\sBETWEEN\b/i.test(rest)) between = true;
    const outside = depth === 0 && rest.startsWith(" ");
    // The AND of a BETWEEN belongs to it.
    const further = outside && FURTHER.test(next);
    if (outside && CLAUSE.test(next)) out += "\n";
    else if (further && !between) out += "\n  ";
    else out += rest[0] ?? "";
    if (further) between = false;
    at += 1;
  }
  return out;
}
