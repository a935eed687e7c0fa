// Clients of brokers in Go, as their own documentation has them used.
import type { Client } from "./client.ts";

/** Packages that are imported stand first, one a line; then what is made at the start. */
export const GO: Readonly<Record<string, Client & { readonly imports: string }>> = {
  sarama: {
    imports: `"github.com/IBM/sarama"`,
    setup: `var producer, _ = sarama.NewSyncProducer([]string{"k"}, nil)\nvar admin, _ = sarama.NewClusterAdmin([]string{"k"}, nil)\n\ntype orders struct{}\n\nfunc (orders) Setup(sarama.ConsumerGroupSession) error   { return nil }\nfunc (orders) Cleanup(sarama.ConsumerGroupSession) error { return nil }`,
    publish: `producer.SendMessage(&sarama.ProducerMessage{Topic: topic, Value: sarama.StringEncoder(text)})`,
    destroy: `admin.DeleteTopic(topic)`,
    consume: `func (orders) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {\n\tfor message := range claim.Messages() {\n\t\tbank.Charge(message.Value)\n\t\tsession.MarkMessage(message, "")\n\t}\n\treturn nil\n}`,
  },
  "franz-go": {
    imports: `"github.com/twmb/franz-go/pkg/kgo"\n"github.com/twmb/franz-go/pkg/kadm"`,
    setup: `var client, _ = kgo.NewClient(kgo.SeedBrokers("k"), kgo.ConsumerGroup("g"), kgo.ConsumeTopics("orders"))\nvar admin = kadm.NewClient(client)`,
    publish: `client.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte(text)})`,
    destroy: `admin.DeleteTopics(ctx, topic)`,
    consume: `func work(ctx context.Context) {\n\tfor {\n\t\tfetches := client.PollFetches(ctx)\n\t\tfetches.EachRecord(func(record *kgo.Record) {\n\t\t\tbank.Charge(record.Value)\n\t\t})\n\t}\n}`,
  },
  "confluent-kafka-go": {
    imports: `"github.com/confluentinc/confluent-kafka-go/v2/kafka"`,
    setup: `var producer, _ = kafka.NewProducer(&kafka.ConfigMap{"bootstrap.servers": "k"})\nvar admin, _ = kafka.NewAdminClient(&kafka.ConfigMap{"bootstrap.servers": "k"})\nvar consumer, _ = kafka.NewConsumer(&kafka.ConfigMap{"group.id": "g"})`,
    publish: `producer.Produce(&kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic}, Value: []byte(text)}, nil)`,
    destroy: `admin.DeleteTopics(ctx, []string{topic})`,
    consume: `func work() {\n\tconsumer.SubscribeTopics([]string{"orders"}, nil)\n\tfor {\n\t\tmessage, err := consumer.ReadMessage(-1)\n\t\tif err != nil {\n\t\t\tcontinue\n\t\t}\n\t\tbank.Charge(message.Value)\n\t}\n}`,
  },
  "segmentio/kafka-go": {
    imports: `"github.com/segmentio/kafka-go"`,
    setup: `var writer = &kafka.Writer{Addr: kafka.TCP("k")}\nvar reader = kafka.NewReader(kafka.ReaderConfig{Topic: "orders", GroupID: "g"})`,
    publish: `writer.WriteMessages(ctx, kafka.Message{Topic: topic, Value: []byte(text)})`,
    destroy: `conn, _ := kafka.Dial("tcp", "k")\nconn.DeleteTopics(topic)`,
    consume: `func work(ctx context.Context) {\n\tfor {\n\t\tmessage, err := reader.FetchMessage(ctx)\n\t\tif err != nil {\n\t\t\treturn\n\t\t}\n\t\tbank.Charge(message.Value)\n\t\treader.CommitMessages(ctx, message)\n\t}\n}`,
  },
  amqp091: {
    imports: `amqp "github.com/rabbitmq/amqp091-go"`,
    setup: `var connection, _ = amqp.Dial("amqps://u@mq")\nvar channel, _ = connection.Channel()`,
    publish: `channel.PublishWithContext(ctx, "", topic, false, false, amqp.Publishing{Body: []byte(text)})`,
    destroy: `channel.QueueDelete(topic, false, false, false)`,
    consume: `func work() {\n\tdeliveries, _ := channel.Consume("orders", "", false, false, false, false, nil)\n\tfor delivery := range deliveries {\n\t\tbank.Charge(delivery.Body)\n\t\tdelivery.Ack(false)\n\t}\n}`,
  },
  "nats.go": {
    imports: `"github.com/nats-io/nats.go"`,
    setup: `var nc, _ = nats.Connect("tls://nats")\nvar js, _ = nc.JetStream()`,
    publish: `nc.Publish(topic, []byte(text))`,
    destroy: `js.PurgeStream(topic)`,
    consume: `func work() {\n\tnc.Subscribe("orders", func(message *nats.Msg) {\n\t\tbank.Charge(message.Data)\n\t})\n}`,
  },
  "nats.go, jetstream": {
    imports: `"github.com/nats-io/nats.go"\n"github.com/nats-io/nats.go/jetstream"`,
    setup: `var nc, _ = nats.Connect("tls://nats")\nvar js, _ = jetstream.New(nc)`,
    publish: `js.Publish(ctx, topic, []byte(text))`,
    destroy: `js.DeleteStream(ctx, topic)`,
    consume: `func work(ctx context.Context) {\n\tconsumer, _ := js.Consumer(ctx, "ORDERS", "worker")\n\tconsumer.Consume(func(message jetstream.Msg) {\n\t\tbank.Charge(message.Data())\n\t\tmessage.Ack()\n\t})\n}`,
  },
  "go-redis": {
    imports: `"github.com/redis/go-redis/v9"`,
    setup: `var client = redis.NewClient(&redis.Options{Addr: "r"})`,
    publish: `client.Publish(ctx, topic, text)`,
    destroy: `client.Del(ctx, topic)`,
    consume: `func work(ctx context.Context) {\n\tpubsub := client.Subscribe(ctx, "orders")\n\tfor message := range pubsub.Channel() {\n\t\tbank.Charge([]byte(message.Payload))\n\t}\n}`,
  },
  "go-redis, streams": {
    imports: `"github.com/redis/go-redis/v9"`,
    setup: `var client = redis.NewClient(&redis.Options{Addr: "r"})`,
    publish: `client.XAdd(ctx, &redis.XAddArgs{Stream: topic, Values: map[string]any{"data": text}})`,
    destroy: `client.XTrimMaxLen(ctx, topic, 0)`,
    consume: `func work(ctx context.Context) {\n\tfor {\n\t\tstreams, _ := client.XReadGroup(ctx, &redis.XReadGroupArgs{Group: "g", Consumer: "c", Streams: []string{"orders", ">"}}).Result()\n\t\tfor _, stream := range streams {\n\t\t\tfor _, message := range stream.Messages {\n\t\t\t\tbank.Charge([]byte(message.Values["data"].(string)))\n\t\t\t\tclient.XAck(ctx, "orders", "g", message.ID)\n\t\t\t}\n\t\t}\n\t}\n}`,
  },
  "AWS SDK v2, SQS": {
    imports: `"github.com/aws/aws-sdk-go-v2/aws"\n"github.com/aws/aws-sdk-go-v2/service/sqs"`,
    setup: `var client = sqs.New(sqs.Options{})`,
    publish: `client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: aws.String(topic), MessageBody: aws.String(text)})`,
    destroy: `client.PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: aws.String(topic)})`,
    consume: `func work(ctx context.Context) {\n\tfor {\n\t\tout, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: aws.String("https://sqs/1/orders")})\n\t\tif err != nil {\n\t\t\tcontinue\n\t\t}\n\t\tfor _, message := range out.Messages {\n\t\t\tbank.Charge([]byte(*message.Body))\n\t\t\tclient.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: aws.String("https://sqs/1/orders"), ReceiptHandle: message.ReceiptHandle})\n\t\t}\n\t}\n}`,
  },
  "AWS SDK v2, SNS": {
    imports: `"github.com/aws/aws-sdk-go-v2/aws"\n"github.com/aws/aws-sdk-go-v2/service/sns"`,
    setup: `var client = sns.New(sns.Options{})`,
    publish: `client.Publish(ctx, &sns.PublishInput{TopicArn: aws.String(topic), Message: aws.String(text)})`,
    destroy: `client.DeleteTopic(ctx, &sns.DeleteTopicInput{TopicArn: aws.String(topic)})`,
  },
  "AWS SDK v2, EventBridge": {
    imports: `"github.com/aws/aws-sdk-go-v2/aws"\n"github.com/aws/aws-sdk-go-v2/service/eventbridge"\n"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"`,
    setup: `var client = eventbridge.New(eventbridge.Options{})`,
    publish: `client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{EventBusName: aws.String(topic), Source: aws.String("shop"), DetailType: aws.String("noted"), Detail: aws.String(text)}}})`,
  },
  "AWS SDK v2, Kinesis": {
    imports: `"github.com/aws/aws-sdk-go-v2/aws"\n"github.com/aws/aws-sdk-go-v2/service/kinesis"`,
    setup: `var client = kinesis.New(kinesis.Options{})`,
    publish: `client.PutRecord(ctx, &kinesis.PutRecordInput{StreamName: aws.String(topic), PartitionKey: aws.String("a"), Data: []byte(text)})`,
    destroy: `client.DeleteStream(ctx, &kinesis.DeleteStreamInput{StreamName: aws.String(topic)})`,
  },
  "AWS SDK v1, SQS": {
    imports: `"github.com/aws/aws-sdk-go/aws"\n"github.com/aws/aws-sdk-go/aws/session"\n"github.com/aws/aws-sdk-go/service/sqs"`,
    setup: `var client = sqs.New(session.Must(session.NewSession()))`,
    publish: `client.SendMessage(&sqs.SendMessageInput{QueueUrl: aws.String(topic), MessageBody: aws.String(text)})`,
    destroy: `client.DeleteQueue(&sqs.DeleteQueueInput{QueueUrl: aws.String(topic)})`,
  },
  paho: {
    imports: `mqtt "github.com/eclipse/paho.mqtt.golang"`,
    setup: `var client = mqtt.NewClient(mqtt.NewClientOptions().AddBroker("ssl://mq:8883"))`,
    publish: `client.Publish(topic, 1, false, text)`,
    consume: `func work() {\n\tclient.Subscribe("orders", 1, func(client mqtt.Client, message mqtt.Message) {\n\t\tbank.Charge(message.Payload())\n\t})\n}`,
  },
  "cloud.google.com/go/pubsub": {
    imports: `"cloud.google.com/go/pubsub"`,
    setup: `var client, _ = pubsub.NewClient(context.Background(), "shop")`,
    publish: `client.Topic(topic).Publish(ctx, &pubsub.Message{Data: []byte(text)})`,
    destroy: `client.Topic(topic).Delete(ctx)`,
    consume: `func work(ctx context.Context) {\n\tclient.Subscription("orders").Receive(ctx, func(ctx context.Context, message *pubsub.Message) {\n\t\tbank.Charge(message.Data)\n\t\tmessage.Ack()\n\t})\n}`,
  },
  azservicebus: {
    imports: `"github.com/Azure/azure-sdk-for-go/sdk/messaging/azservicebus"`,
    setup: `var client, _ = azservicebus.NewClientFromConnectionString("from the environment", nil)`,
    publish: `sender, _ := client.NewSender(topic, nil)\nsender.SendMessage(ctx, &azservicebus.Message{Body: []byte(text)}, nil)`,
    consume: `func work(ctx context.Context) {\n\treceiver, _ := client.NewReceiverForQueue("orders", nil)\n\tfor {\n\t\tmessages, err := receiver.ReceiveMessages(ctx, 10, nil)\n\t\tif err != nil {\n\t\t\treturn\n\t\t}\n\t\tfor _, message := range messages {\n\t\t\tbank.Charge(message.Body)\n\t\t\treceiver.CompleteMessage(ctx, message, nil)\n\t\t}\n\t}\n}`,
  },
  pulsar: {
    imports: `"github.com/apache/pulsar-client-go/pulsar"`,
    setup: `var client, _ = pulsar.NewClient(pulsar.ClientOptions{URL: "pulsar+ssl://p:6651"})`,
    publish: `producer, _ := client.CreateProducer(pulsar.ProducerOptions{Topic: topic})\nproducer.Send(ctx, &pulsar.ProducerMessage{Payload: []byte(text)})`,
    consume: `func work(ctx context.Context) {\n\tconsumer, _ := client.Subscribe(pulsar.ConsumerOptions{Topic: "orders", SubscriptionName: "worker"})\n\tfor {\n\t\tmessage, err := consumer.Receive(ctx)\n\t\tif err != nil {\n\t\t\treturn\n\t\t}\n\t\tbank.Charge(message.Payload())\n\t\tconsumer.Ack(message)\n\t}\n}`,
  },
};
