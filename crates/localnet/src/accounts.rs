use crate::Error;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use solana_account::{Account, AccountSharedData};
use solana_pubkey::Pubkey;
use std::path::Path;

#[derive(Deserialize)]
struct Dump {
    pubkey: String,
    account: DumpAccount,
}

#[derive(Deserialize)]
struct DumpAccount {
    lamports: u64,
    /// The bytes and the name of their encoding.
    data: (String, String),
    owner: String,
    #[serde(default)]
    executable: bool,
}

/// Reads one account dump: `{"pubkey", "account": {"lamports", "data": [BYTES, "base64"], "owner", "executable"}}`.
pub(crate) fn account_load(path: &Path) -> Result<(Pubkey, AccountSharedData), Error> {
    let fail = |reason: String| Error::AccountFile { path: path.to_owned(), reason };
    let text = std::fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
    account_parse(&text).map_err(fail)
}

fn account_parse(text: &str) -> Result<(Pubkey, AccountSharedData), String> {
    let dump: Dump = serde_json::from_str(text).map_err(|error| format!("not an account dump: {error}"))?;
    let (bytes, encoding) = dump.account.data;
    if encoding != "base64" {
        return Err(format!("data is encoded as `{encoding}`, only base64 is read"));
    }
    let account = Account {
        lamports: dump.account.lamports,
        data: STANDARD.decode(bytes).map_err(|error| format!("data: {error}"))?,
        owner: dump.account.owner.parse().map_err(|_| format!("owner `{}` is not an address", dump.account.owner))?,
        executable: dump.account.executable,
        rent_epoch: u64::MAX,
    };
    let address = dump.pubkey.parse().map_err(|_| format!("pubkey `{}` is not an address", dump.pubkey))?;
    Ok((address, account.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use solana_account::ReadableAccount;

    fn dump(encoding: &str, owner: &str) -> String {
        format!(
            r#"{{"pubkey":"SysvarC1ock11111111111111111111111111111111","account":{{"lamports":7,"data":["AQI=","{encoding}"],"owner":"{owner}","executable":false,"rentEpoch":0,"space":2}}}}"#
        )
    }

    #[test]
    fn account_parse_of_a_dump_returns_its_account() {
        let (_, account) = account_parse(&dump("base64", "11111111111111111111111111111111")).unwrap();
        assert_eq!((account.lamports(), account.data()), (7, &[1, 2][..]));
    }

    #[test]
    fn account_parse_of_other_encoding_or_owner_fails_with_its_reason() {
        let owner = "11111111111111111111111111111111";
        assert!(account_parse(&dump("base64+zstd", owner)).unwrap_err().contains("only base64"));
        assert!(account_parse(&dump("base64", "me")).unwrap_err().contains("not an address"));
        assert!(account_parse("{}").unwrap_err().contains("not an account dump"));
    }
}
