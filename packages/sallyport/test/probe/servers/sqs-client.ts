// How clients of these servers find what speaks as SQS does.
export const clientSettings = (endpoint: string) => ({
  region: "elasticmq",
  endpoint,
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
});
