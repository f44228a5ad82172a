// IAM decisions in bulk. Standard input: {"policies": {id: document}, "requests": [{principal, action, resource, context,
// identity: [id], resourcePolicy: id or null}]}. Standard output: a list of {"result", "ignored"} or {"error"}.
// The argument is the folder that has node_modules.
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'

const require = createRequire(`${process.argv[2]}/`)
const { runSimulation } = require('@cloud-copilot/iam-simulate')

const { account, policies, requests } = JSON.parse(await text(process.stdin))
const answers = []
for (const request of requests) {
  const answer = await runSimulation(
    {
      request: {
        principal: request.principal,
        action: request.action,
        resource: { resource: request.resource, accountId: account },
        contextVariables: request.context
      },
      identityPolicies: request.identity.map((id) => ({ name: id, policy: policies[id] })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: request.resourcePolicy === null ? undefined : policies[request.resourcePolicy]
    },
    { simulationMode: 'Strict' }
  )
  answers.push(
    answer.resultType === 'error'
      ? { error: answer.errors }
      : { result: answer.overallResult, ignored: answer.result?.ignoredContextKeys ?? [] }
  )
}
process.stdout.write(JSON.stringify(answers))
