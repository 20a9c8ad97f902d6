/** The tutorial's application: what it has left behind, recorded, and itself where Debian's packages are. */

import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DatabaseSync } from '@photostructure/sqlite'

/** Debian's, for which it has packages of the tutorial's libraries. */
const python = '/usr/bin/python3'
const modules = 'import fastapi, jose, multipart, passlib.hash, bcrypt'

/** Whether python3-fastapi, python3-jose, python3-multipart, python3-passlib or python3-bcrypt is missing. */
export const tutorialIsAbsent = spawnSync(python, ['-c', modules]).status !== 0

/** Its SECRET_KEY: no published one, and long enough, so that it can be kept. */
export const tutorialSecret = 'a phrase that nobody publishes: 7f1c6a0e'

/** johndoe's hash is the tutorial's own, alice's by passlib 1.7.4, and grace's the tutorial's since it has pwdlib. */
export const tutorialUsers = [
  {
    username: 'johndoe',
    password: 'secret',
    full_name: 'John Doe',
    email: 'johndoe@example.com',
    hashed_password: '$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW',
    disabled: 0,
  },
  {
    username: 'alice',
    password: 'wonderland 1865',
    full_name: 'Alice Wonderson',
    email: 'alice@example.com',
    hashed_password: '$2b$12$UIjiixj36lAPAvYXQkMCTOmb6n7vpUpsmZ91eQ.L8PQfyKgJMsBLy',
    disabled: 1,
  },
  {
    username: 'grace',
    password: 'secret',
    full_name: null,
    email: 'grace@example.com',
    hashed_password:
      '$argon2id$v=19$m=65536,t=3,p=4$wagCPXjifgvUFBzq4hqe3w$CYaIb8sB+wtD+Vu/P4uod1+Qof8h+1g7bbDlBID48Rc',
    disabled: 0,
  },
] as const

/** `jwt.encode({'sub': 'johndoe', 'exp': 4102444800}, SECRET_KEY, algorithm='HS256')` by python-jose 3.3.0 */
export const tutorialToken =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJqb2huZG9lIiwiZXhwIjo0MTAyNDQ0ODAwfQ.RzVUo9Dd0hQv8dY5Y3CQiFmESmRAlLI6C628BM8JS_Y'

/** Makes its table of users in a folder, as SQLAlchemy makes it. @returns the file */
export function tutorialDatabase(folder: string): string {
  const path = join(folder, 'app.db')
  const database = new DatabaseSync(path)
  database.exec(`create table users (
    id integer not null, username varchar, full_name varchar, email varchar,
    hashed_password varchar, disabled boolean, primary key (id), unique (username))`)
  const insert = database.prepare(
    'insert into users (username, full_name, email, hashed_password, disabled) values (?, ?, ?, ?, ?)',
  )
  for (const { username, full_name, email, hashed_password, disabled } of tutorialUsers) {
    insert.run(username, full_name, email, hashed_password, disabled)
  }
  database.close()
  return path
}

export type TutorialRequest = readonly [
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  token?: string | null,
  form?: Readonly<Record<string, string>>,
]

export interface TutorialAnswer {
  status: number
  body: Readonly<Record<string, unknown>>
}

/** Runs it, and asks it these one after the other. */
export function askTutorial(
  database: string,
  secret: string,
  requests: readonly TutorialRequest[],
): TutorialAnswer[] {
  const program = fileURLToPath(new URL('tutorial_app.py', import.meta.url))
  const input = JSON.stringify(
    requests.map(([method, path, token = null, form = null]) => [method, path, token, form]),
  )
  // Not a folder of compiled files among the tests.
  const output = execFileSync(python, ['-B', program, database, secret], { input })
  const answers: [number, TutorialAnswer['body']][] = JSON.parse(output.toString())
  return answers.map(([status, body]) => ({ status, body }))
}
