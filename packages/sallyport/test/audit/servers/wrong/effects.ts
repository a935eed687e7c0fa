import { Pool } from "pg";

const pool = new Pool();

export async function applyEvent(action: string, payload: unknown): Promise<void> {
  await pool.query("INSERT INTO applied (action, payload) VALUES ($1, $2)", [action, JSON.stringify(payload)]);
}
