import { expect, test } from "vitest";
import { parsePostgresUrl } from "./postgres-url.ts";

test.each([
  ["postgres://db.example.com/shop", { host: "db.example.com", address: null, port: 5432, database: "shop" }],
  ["postgresql://DB.Example.com:6543/my%20shop", { host: "db.example.com", port: 6543, database: "my shop" }],
  ["postgres://[2001:db8::1]/a", { host: "2001:db8::1", address: { family: 6 }, database: "a" }],
  ["postgres://10.0.0.7/a", { host: "10.0.0.7", address: { family: 4 }, database: "a" }],
])("%s is an address", (text, expected) => {
  expect(parsePostgresUrl(text)).toMatchObject(expected);
});

test.each([
  "https://db.example.com/shop",
  "postgres://ann@db.example.com/shop",
  "postgres://ann:secret@db.example.com/shop",
  "postgres://db.example.com/shop?sslmode=disable",
  "postgres://db.example.com/shop#x",
  "postgres://db.example.com",
  "postgres://db.example.com/",
  "postgres://db.example.com/a/b",
  "postgres://db.example.com/a%2fb",
  "postgres://db.example.com/a%00",
  "postgres://db.example.com/%ff",
  `postgres://db.example.com/${"x".repeat(64)}`,
  "postgres:///shop",
  "postgres://%2ftmp/shop",
  "postgres://db example/shop",
  "db.example.com/shop",
])("%s is none", (text) => {
  expect(parsePostgresUrl(text)).toBeNull();
});
