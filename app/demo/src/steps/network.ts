import { PROGRAMS, governorAuthorityAddress, councilAddress, governor } from '@bastion/client';
import type { Address } from '@solana/kit';
import { cast, lamportsGive, type Cast } from '../lib/cast.js';
import { Chain } from '../lib/chain.js';
import { deploy } from '../lib/deploy.js';
import { deployed } from '../lib/loader.js';
import type { Network } from '../lib/network.js';
import type { Report } from '../lib/report.js';

export interface Scene {
  readonly report: Report;
  readonly chain: Chain;
  readonly cast: Cast;
}

/** The network runs already; this deploys the programs, hands them over, and gives people lamports. */
export async function programsDeploy(report: Report, network: Network): Promise<Scene> {
  report.begin(
    'A network and six programs',
    'ordinary loader transactions deploy the protocol, and after them no key can change its code: only the council can',
  );
  if (network.found) {
    report.warn(network.found);
  }
  report.ok(`a real Agave validator (pid ${network.pid}) at ${network.rpcUrl}; its log: ${network.log}`);
  const chain = await Chain.open(network);
  const people = await cast();
  await lamportsGive(chain, people);
  const rows = await deploy(network.rpcUrl, people.deployer, (line) => report.progress(line));
  report.table(
    [
      { name: 'program' },
      { name: 'address' },
      { name: 'bytes', align: 'right' },
      { name: 'sha256' },
      { name: 'upgrade authority' },
    ],
    await Promise.all(
      rows.map(async (row) => [
        row.program,
        row.address,
        `${row.bytes}`,
        row.sha256.slice(0, 12),
        await authorityName(chain, row.address),
      ]),
    ),
  );
  await handoverCheck(chain);
  report.ok(
    'the governor holds the four programs and its twin, the twin holds the governor: neither can replace itself',
  );
  const { timeDivisor, memberCount } = governor.getCouncilDecoder().decode(await chain.bytes(await councilAddress()));
  report.note(
    `council of ${memberCount}; this build divides delays by ${timeDivisor}: seven days are ${604_800 / timeDivisor} seconds`,
  );
  return { report, chain, cast: people };
}

/** Every program but the governor is the governor's, and the governor is its twin's. */
async function handoverCheck(chain: Chain): Promise<void> {
  const ours = await governorAuthorityAddress(PROGRAMS.governor);
  const twins = await governorAuthorityAddress(PROGRAMS.governorTwin);
  for (const [name, program] of Object.entries(PROGRAMS)) {
    const { authority } = await deployed(chain, program);
    if (authority !== (program === PROGRAMS.governor ? twins : ours)) {
      throw new Error(`${name}'s upgrade authority is ${authority ?? 'nobody'}`);
    }
  }
}

async function authorityName(chain: Chain, program: Address): Promise<string> {
  const { authority } = await deployed(chain, program);
  const names = new Map<Address | undefined, string>([
    [await governorAuthorityAddress(PROGRAMS.governor), 'governor'],
    [await governorAuthorityAddress(PROGRAMS.governorTwin), 'governor twin'],
  ]);
  return names.get(authority) ?? authority ?? 'none';
}
