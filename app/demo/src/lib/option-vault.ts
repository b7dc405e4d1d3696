/** A covered-call vault through one epoch: every step but the deposit, the bid and the claim is anyone's. */
import {
    PROGRAMS,
    bidAddress,
    brakeAddress,
    configAddress,
    custodyAddress,
    depositAddress,
    epochAddress,
    expiryAddress,
    marginAccountAddress,
    tokensAddress,
    vault,
    vaultAddress,
} from '@bastion/client';
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import type { Address, TransactionSigner } from '@solana/kit';
import type { Exchange } from './exchange.js';
import { walletOf } from './tokens.js';

const TRADING = 0;
const ESCROW = 1;

/** What a vault may do; it never changes. */
export interface Mandate {
    readonly strikeDistanceBps: number;
    readonly reservePremiumBps: number;
    readonly auctionS: number;
    readonly epochS: number;
    readonly minDepositAtoms: bigint;
    readonly capacityAtoms: bigint;
}

export class OptionVault {
    readonly exchange: Exchange;
    readonly address: Address;

    private constructor(exchange: Exchange, address: Address) {
        this.exchange = exchange;
        this.address = address;
    }

    /** `authority` is the vault program's. */
    static async create(exchange: Exchange, authority: TransactionSigner, id: number, mandate: Mandate): Promise<OptionVault> {
        const created = new OptionVault(exchange, await vaultAddress(exchange.market, id));
        await exchange.chain.send(authority, [
            vault.getVaultCreateInstruction({
                payer: authority,
                config: await configAddress('vault'),
                authority,
                market: exchange.market,
                vault: created.address,
                epoch: await epochAddress(created.address, 0n),
                tradingAccount: await created.account(TRADING),
                escrowAccount: await created.account(ESCROW),
                marginProgram: PROGRAMS.margin,
                id,
                mandate,
            }),
        ]);
        return created;
    }

    private account(subaccount: number): Promise<Address> {
        return marginAccountAddress(this.exchange.market, this.address, subaccount);
    }

    tradingAccount = () => this.account(TRADING);
    escrowAccount = () => this.account(ESCROW);
}
