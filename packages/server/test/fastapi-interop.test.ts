import { execFileSync, spawnSync } from 'node:child_process'
import { createGuard } from '@latchkey/guard'
import { describe, expect, it } from 'vitest'
import { fastapiRequests } from './fastapi-requests.js'
import { opened } from './signer.js'
import { alice, sharedServer } from './test-server.js'

/** The one secret that the tutorial's application and Latchkey share in the compatible form. */
const secret = 'a phrase that nobody publishes: 7f1c6a0e'

/** Debian's, for which it has packages of the tutorial's libraries. */
const python = '/usr/bin/python3'
const pythonJoseAbsent = spawnSync(python, ['-c', 'import jose']).status !== 0
const fastapiAbsent = spawnSync(python, ['-c', 'import fastapi, multipart']).status !== 0

const guard = createGuard({ secret, algorithms: ['HS256'], typ: 'JWT' })

/** `jwt.encode({'sub': 'alice', 'exp': 4102444800}, secret, algorithm='HS256')` by python-jose 3.3.0 */
const recorded =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsImV4cCI6NDEwMjQ0NDgwMH0.uwc1I2rX2Rt8yjxZwf80vPPqDNJvXkodvJr997vatWo'

describe('a token that the tutorial’s application made', () => {
  it('passes a guard with the same secret', async () => {
    const principal = await guard.verify(recorded)
    expect(principal).toMatchObject({ subject: 'alice', scopes: [], expiresAt: 4_102_444_800 })
  })

  it('B01 passes no guard with another secret', async () => {
    const other = createGuard({ secret: `${secret}!`, algorithms: ['HS256'], typ: 'JWT' })
    await expect(other.verify(recorded)).rejects.toMatchObject({ code: 'invalid_token' })
  })
})

describe('a server in the compatible form', () => {
  const server = sharedServer({
    signingAlgorithm: 'HS256',
    hs256Secret: secret,
    subject: 'username',
  })

  it('takes only tokens that it issued, not those of others with its secret', async () => {
    for (const url of ['/users/me', '/items/']) {
      expect((await server().get(url, recorded)).statusCode).toBe(401)
    }
  })

  it.skipIf(pythonJoseAbsent)('makes tokens that the tutorial’s jwt.decode takes', async () => {
    const token = await server().signIn()
    const decode = `
import json, sys
from jose import jwt
token, secret = json.load(sys.stdin)
print(json.dumps(jwt.decode(token, secret, algorithms=["HS256"])))`
    const claims = runPython(decode, [token, secret])
    expect(claims).toEqual(opened(token).claims)
    expect(claims).toMatchObject({ sub: 'alice' })
  })

  it.skipIf(pythonJoseAbsent)(
    'shares a guard with tokens of the tutorial’s jwt.encode',
    async () => {
      const encode = `
import json, sys
from datetime import datetime, timedelta
from jose import jwt
secret, = json.load(sys.stdin)
data = {"sub": "alice", "exp": datetime.utcnow() + timedelta(minutes=30)}
print(json.dumps(jwt.encode(data, secret, algorithm="HS256")))`
      const theirs = String(runPython(encode, [secret]))
      expect(await guard.verify(theirs)).toMatchObject({ subject: 'alice' })
      expect(await guard.verify(await server().signIn())).toMatchObject({ subject: 'alice' })
    },
  )
})

describe.skipIf(fastapiAbsent)('a FastAPI application on this machine', () => {
  const server = sharedServer()

  it('answers as we do in status, Allow, challenge and where it sends people', async () => {
    const asked = Object.entries(fastapiRequests)
    const theirs = runPython(tutorialApplication, [alice, asked.map(([, request]) => request)])
    const ours = []
    for (const [, request] of asked) {
      const { statusCode, headers } = await server().app.inject(request)
      ours.push([statusCode, headers.allow, headers['www-authenticate'], headers.location])
    }
    const named = (answers: unknown) =>
      asked.map(([name], at) => [name, Array.isArray(answers) ? answers[at] : undefined])
    // JSON has null where a header is absent.
    expect(named(JSON.parse(JSON.stringify(ours)))).toEqual(named(theirs))
  })
})

/** The tutorial's application with two routes that only look at the header, asked without a network. */
const tutorialApplication = `
import asyncio, json, sys
from urllib.parse import urlsplit
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm

alice, requests = json.load(sys.stdin)
app = FastAPI()
bearer = OAuth2PasswordBearer(tokenUrl="token")

@app.post("/token")
async def login(form: OAuth2PasswordRequestForm = Depends()):
    if (form.username, form.password) != (alice["username"], alice["password"]):
        raise HTTPException(401, "Incorrect username or password", {"WWW-Authenticate": "Bearer"})
    return {"access_token": "x", "token_type": "bearer"}

@app.get("/users/me")
async def me(token: str = Depends(bearer)):
    return {}

@app.get("/items/")
async def items(token: str = Depends(bearer)):
    return []

async def ask(request):
    body = request.get("payload", "").encode()
    headers = {"content-length": str(len(body)), **request.get("headers", {})}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
        "method": request["method"], "path": request["url"], "raw_path": request["url"].encode(),
        "query_string": b"", "root_path": "", "server": ("testserver", 80), "client": ("x", 1),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    sent = []
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}
    async def send(message):
        sent.append(message)
    await app(scope, receive, send)
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    location = answered.get("location")
    return [sent[0]["status"], answered.get("allow"), answered.get("www-authenticate"),
            location and urlsplit(location).path]

print(json.dumps([asyncio.run(ask(request)) for request in requests]))`

function runPython(program: string, input: readonly unknown[]): unknown {
  const output = execFileSync(python, ['-c', program], { input: JSON.stringify(input) })
  return JSON.parse(output.toString())
}
