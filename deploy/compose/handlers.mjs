// Called once for each event, when its signature, place, age, schema and claim are in order.
export default {
  "sale.counted": async ({ id, data, actor }, { attempt }) => {
    console.log(`sold ${data.pieces} of ${JSON.stringify(data.item)} (${id}, from ${actor}, attempt ${attempt})`);
  },
};
