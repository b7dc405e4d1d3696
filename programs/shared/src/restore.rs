//! Accounts written back as they were recorded before an upgrade that was rolled back: code that was replaced cannot have the last word.
use anchor_lang::create_account_signed;
use anchor_lang::pinocchio::Resize;
use anchor_lang::prelude::*;

/// Most seeds of one of our addresses, with the bump.
const SEEDS_MAX: usize = 6;

/// What is written back, and where.
pub struct Restore<'a> {
    pub program: &'a Address,
    /// Pays the rent of an account that was closed.
    pub payer: &'a AccountView,
    pub target: &'a AccountView,
    /// Holds the whole account from byte `at` to its end. That these bytes are what was recorded is the governor's to know.
    pub preimage: &'a AccountView,
    pub at: u32,
    /// Each seed of the target's address, bump included, after its length in a byte. Not checked: the system program creates an account
    /// for the address of these seeds only, and of one that still exists they are not read.
    pub seeds: &'a [u8],
}

impl Restore<'_> {
    /// Makes the target hold the image and nothing else, whatever is left of it. Refused where the preimage is too short, or the seeds
    /// are not a list of lengths and bytes.
    pub fn write(&self, refused: impl Into<Error> + Copy) -> Result<()> {
        let unreadable = || -> Error { refused.into() };
        let at = usize::try_from(self.at).map_err(|_| unreadable())?;
        let preimage = self.preimage.try_borrow()?;
        let image = preimage.get(at..).filter(|image| !image.is_empty()).ok_or_else(unreadable)?;
        if !self.target.owned_by(self.program) {
            let (seeds, count) = seeds(self.seeds).ok_or_else(unreadable)?;
            let seeds = seeds.get(..count).ok_or_else(unreadable)?;
            create_account_signed(self.payer, self.target, image.len(), self.program, seeds)?;
        }
        let mut view = *self.target;
        if view.data_len() != image.len() {
            view.resize(image.len())?;
        }
        view.try_borrow_mut()?.copy_from_slice(image);
        Ok(())
    }
}

/// The seeds in a list of lengths and bytes.
fn seeds(mut bytes: &[u8]) -> Option<([&[u8]; SEEDS_MAX], usize)> {
    let (mut seeds, mut count) = ([&[][..]; SEEDS_MAX], 0_usize);
    while let Some((len, rest)) = bytes.split_first() {
        let (seed, after) = rest.split_at_checked(usize::from(*len))?;
        *seeds.get_mut(count)? = seed;
        count = count.checked_add(1)?;
        bytes = after;
    }
    Some((seeds, count))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_lengths_and_bytes() {
        let (list, count) = seeds(&[2, b'a', b'b', 0, 1, 7]).unwrap();
        assert_eq!(list.get(..count).unwrap(), [&b"ab"[..], &[], &[7]]);
        assert_eq!(seeds(&[]).unwrap().1, 0);
        assert!(seeds(&[3, 1, 2]).is_none());
        assert!(seeds(&[0; SEEDS_MAX + 1]).is_none());
    }
}
