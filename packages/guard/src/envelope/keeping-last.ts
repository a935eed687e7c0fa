// Messages that come one after the other have most of their attributes in common: what was computed for the last one
// is kept for the next. For pure functions of one primitive value only.

export function keepingLast<Asked extends string | number | undefined, Answer>(
  answerOf: (asked: Asked) => Answer,
): (asked: Asked) => Answer {
  let last: { readonly asked: Asked; readonly answer: Answer } | undefined;
  return (asked) => {
    if (last === undefined || last.asked !== asked) last = { asked, answer: answerOf(asked) };
    return last.answer;
  };
}
