// Ways in which frameworks hand messages to functions, each with an effect that a second copy would have again.
import { expect, test } from "vitest";
import { type Files, marks, places } from "./marked.ts";

const NEST = `import { Controller } from "@nestjs/common";
import { Ctx, EventPattern, KafkaContext, MessagePattern, Payload, RmqContext } from "@nestjs/microservices";
import { Pool } from "pg";
const pool = new Pool();
`;
const SAVE = 'await pool.query("INSERT INTO orders (id) VALUES ($1)", [order.id]); // HERE';
const nest = (method: string): Files => ({ "orders.ts": `${NEST}@Controller()\nexport class Orders {\n${method}\n}\n` });

const PY = `import psycopg2
from celery import Celery, shared_task

app = Celery("shop", broker="amqps://broker")
cur = psycopg2.connect("").cursor()


`;
const INSERT = `cur.execute("INSERT INTO orders (id) VALUES (%s)", (order_id,))  # HERE`;
const py = (text: string): Files => ({ "tasks.py": PY + text });

const WAYS: Readonly<Record<string, Files>> = {
  "Nest, MessagePattern": nest(`@MessagePattern("orders")\nasync place(@Payload() order: { id: string }) {\n${SAVE}\n}`),
  "Nest, EventPattern": nest(
    `@EventPattern("order.placed")\nasync placed(@Payload() order: { id: string }, @Ctx() context: RmqContext) {\n${SAVE}\n}`,
  ),
  "Nest, of its context": nest(
    `@EventPattern("orders")\nasync placed(@Payload() _: unknown, @Ctx() context: KafkaContext) {\nconst order = context.getMessage().value;\n${SAVE}\n}`,
  ),
  "Celery, a task of the application": py(`@app.task\ndef place(order_id):\n    ${INSERT}\n`),
  "Celery, with options": py(`@app.task(name="orders.place", acks_late=True)\ndef place(order_id, note=None):\n    ${INSERT}\n`),
  "Celery, bound": py(
    `@app.task(bind=True, max_retries=3)\ndef place(self, order_id):\n    try:\n        ${INSERT}\n    except OSError as error:\n        raise self.retry(exc=error)\n`,
  ),
  "Celery, shared": py(`@shared_task\ndef place(order_id):\n    ${INSERT}\n`),
};

test.each(Object.entries(WAYS))("a message's copy acts again: %s", async (_way, files) => {
  expect(marks(files)).toHaveLength(1);
  expect(await places("no-deduplication", files)).toEqual(marks(files));
});

/** The same, where a claim in the same store stands before. */
const claimed = (files: Files): Files =>
  Object.fromEntries(
    Object.entries(files).map(([file, text]) => [
      file,
      text
        .replace(
          SAVE,
          `const { rowCount } = await pool.query("INSERT INTO handled_messages (id) VALUES ($1) ON CONFLICT DO NOTHING", [order.id]);\nif (rowCount === 0) return;\n${SAVE}`,
        )
        .replace(
          /^( *)cur\.execute\(.*HERE$/m,
          `$1cur.execute("INSERT INTO handled (id) VALUES (%s) ON CONFLICT DO NOTHING", (order_id,))\n$1if cur.rowcount == 0:\n$1    return\n$&`,
        ),
    ]),
  );

test.each(Object.entries(WAYS))("a message's copy is known: %s", async (_way, files) => {
  expect(claimed(files)).not.toEqual(files);
  expect(await places("no-deduplication", claimed(files))).toEqual([]);
});
