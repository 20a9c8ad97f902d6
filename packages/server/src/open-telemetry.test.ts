import { context } from '@opentelemetry/api'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { expect, it, onTestFinished } from 'vitest'
import { findOpenTelemetry } from './open-telemetry.js'

it('is found where an SDK is behind it, and not where a library has only brought it along', async () => {
  expect(await findOpenTelemetry()).toBeUndefined()
  const provider = new NodeTracerProvider()
  provider.register()
  onTestFinished(async () => {
    await provider.shutdown()
    context.disable()
  })
  expect(await findOpenTelemetry()).toHaveProperty('context.active')
})
