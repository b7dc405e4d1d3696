/** The passkey of a council member: made and asked here, kept by its authenticator. This browser remembers its public key alone. */
import { Refusal, p256Member, passkeyCandidates, passkeyPlaceFault, passkeyPublicKey, passkeyRefusal, passkeyShared, type Assertion } from '@bastion/client';
import { getBase16Encoder, type Address } from '@solana/kit';
import { hex } from '../chain/programs';
import { Store } from '../chain/store';

const STORED_AT = 'bastion.passkey';
/** ECDSA on P-256 with SHA-256 (COSE): all that the runtime verifies. */
const ES256 = -7;
/** Less than the 150 slots for which a ballot counts. */
const PATIENCE_MS = 45_000;

export type Passkey = {
  /** By which its authenticator finds it. */
  id: Uint8Array<ArrayBuffer>;
  publicKey: Uint8Array;
  /** The address under which a council can seat it. */
  member: Address;
};

/** The one that this browser uses. */
export const passkey = new Store<Passkey | undefined>(undefined);

/** Why none can be asked for here, if so. */
export function placeFault(): string | undefined {
  const { hostname, port } = location;
  return passkeyPlaceFault({ hostname, port, isSecure: isSecureContext, isSupported: 'PublicKeyCredential' in globalThis });
}

/** What was remembered, once the page is opened. */
export async function passkeyRecall(): Promise<void> {
  const match = /^([0-9a-f]{2,})\/([0-9a-f]{66})$/.exec(localStorage.getItem(STORED_AT) ?? '');
  if (match === null || passkey.get() !== undefined) return;
  const [id, publicKey] = [bytes(match[1] ?? ''), bytes(match[2] ?? '')];
  passkey.set({ id, publicKey, member: await p256Member(publicKey) });
}

export function passkeyForget(): void {
  localStorage.removeItem(STORED_AT);
  passkey.set(undefined);
}

/** Has an authenticator make one, for this page's name. */
export async function passkeyCreate(): Promise<void> {
  const made = await asked(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { id: location.hostname, name: 'Bastion council' },
        user: { id: random(16), name: 'council member', displayName: 'Council member' },
        challenge: random(32),
        pubKeyCredParams: [{ type: 'public-key', alg: ES256 }],
        // Found again without a name, and never used without its user.
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        attestation: 'none',
        timeout: PATIENCE_MS,
      },
    }),
  );
  const spki = (made.response as AuthenticatorAttestationResponse).getPublicKey();
  if (spki === null) throw new Refusal('The authenticator made a key of another kind than P-256', 'A council knows no such key: use another authenticator.');
  await remember(made, passkeyPublicKey(new Uint8Array(spki)));
}

/**
 * Takes up a passkey that was made in another browser. An assertion does not tell the public key: one signature leaves two, of which a
 * seat tells the right one, and so does a second signature where there is no seat.
 */
export async function passkeyFind(seats: ReadonlySet<Address>): Promise<void> {
  const found = await assertionAsk(random(32));
  for (const key of await passkeyCandidates(found)) {
    if (seats.has(await p256Member(key))) return remember(found.credential, key);
  }
  await remember(found.credential, await passkeyShared(found, await assertionAsk(random(32), new Uint8Array(found.credential.rawId))));
}

/** The signature over a ballot, by the passkey that is in use. */
export const passkeySign = ({ id }: Passkey, ballot: Uint8Array): Promise<Assertion> => assertionAsk(ballot.slice(), id);

async function assertionAsk(challenge: Uint8Array<ArrayBuffer>, id?: Uint8Array<ArrayBuffer>): Promise<Assertion & { credential: PublicKeyCredential }> {
  const credential = await asked(() =>
    navigator.credentials.get({
      publicKey: {
        rpId: location.hostname,
        challenge,
        allowCredentials: id === undefined ? [] : [{ type: 'public-key', id }],
        userVerification: 'required',
        timeout: PATIENCE_MS,
      },
    }),
  );
  const { authenticatorData, clientDataJSON, signature } = credential.response as AuthenticatorAssertionResponse;
  return { credential, authenticatorData: new Uint8Array(authenticatorData), clientData: new Uint8Array(clientDataJSON), signature: new Uint8Array(signature) };
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  const fault = placeFault();
  if (fault !== undefined) throw new Refusal('No passkey can be asked for here', fault);
  try {
    const answer = await ask();
    if (answer instanceof PublicKeyCredential) return answer;
  } catch (error) {
    throw passkeyRefusal(error);
  }
  throw new Refusal('The browser returned no passkey', 'Nothing was sent. Try again.');
}

async function remember({ rawId }: PublicKeyCredential, publicKey: Uint8Array): Promise<void> {
  const id = new Uint8Array(rawId);
  localStorage.setItem(STORED_AT, `${hex(id)}/${hex(publicKey)}`);
  passkey.set({ id, publicKey, member: await p256Member(publicKey) });
}

const bytes = (text: string) => Uint8Array.from(getBase16Encoder().encode(text));
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
