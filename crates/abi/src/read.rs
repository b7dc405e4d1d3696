//! Reading an account of another program by owner, discriminator and reader version, without a CPI.

use crate::Address;
use bytemuck::Pod;

/// Bytes of the discriminator before every layout.
pub const DISCRIMINATOR_LEN: usize = 8;

/// A layout that other programs and clients read.
pub trait Layout: Pod {
    /// First eight bytes of sha256("account:<Name>").
    const DISCRIMINATOR: [u8; DISCRIMINATOR_LEN];
    /// Highest layout version this code was written against.
    const READER: u8;
    /// Bytes of the whole account.
    const SPACE: usize = DISCRIMINATOR_LEN.saturating_add(size_of::<Self>());
    /// Where in the account the reserved tail begins: everything before it is a field of this version.
    const CONTENT_END: usize;

    fn version(&self) -> u8;
    fn min_reader(&self) -> u8;
}

/// Why an account's bytes were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// The account belongs to another program.
    WrongOwner,
    /// The account is shorter than the layout.
    TooShort,
    /// The account is of another kind.
    WrongDiscriminator,
    /// The account was written by newer code that asks for a newer reader.
    ReaderTooOld,
}

/// The layout `T` inside `data`, if `owner` is `program` and the account is one that this reader understands.
pub fn read<'a, T: Layout>(owner: &Address, program: &Address, data: &'a [u8]) -> Result<&'a T, ReadError> {
    if owner != program {
        return Err(ReadError::WrongOwner);
    }
    let (discriminator, rest) = data.split_at_checked(DISCRIMINATOR_LEN).ok_or(ReadError::TooShort)?;
    if discriminator != T::DISCRIMINATOR {
        return Err(ReadError::WrongDiscriminator);
    }
    // Appended fields of a newer version are ignored: the prefix is frozen.
    let bytes = rest.get(..size_of::<T>()).ok_or(ReadError::TooShort)?;
    let layout: &T = bytemuck::try_from_bytes(bytes).map_err(|_| ReadError::TooShort)?;
    if layout.version() > T::READER && layout.min_reader() > T::READER {
        return Err(ReadError::ReaderTooOld);
    }
    Ok(layout)
}

/// As [`read`], for fixtures and simulators that change account bytes they own.
pub fn read_mut<T: Layout>(data: &mut [u8]) -> Result<&mut T, ReadError> {
    let (discriminator, rest) = data.split_at_mut_checked(DISCRIMINATOR_LEN).ok_or(ReadError::TooShort)?;
    if discriminator != T::DISCRIMINATOR {
        return Err(ReadError::WrongDiscriminator);
    }
    let bytes = rest.get_mut(..size_of::<T>()).ok_or(ReadError::TooShort)?;
    bytemuck::try_from_bytes_mut(bytes).map_err(|_| ReadError::TooShort)
}

/// Declares the reader's side of layouts: plain old data, their discriminators and the highest version read.
macro_rules! layouts {
    ($($layout:ident!($name:ident) = $discriminator:expr, reader $reader:literal, size $size:literal;)*) => {
        $(
            $crate::$layout!(#[repr(C)] #[derive(Clone, Copy, Debug, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]);

            impl $crate::Layout for $name {
                const DISCRIMINATOR: [u8; $crate::DISCRIMINATOR_LEN] = $discriminator;
                const READER: u8 = $reader;
                const CONTENT_END: usize =
                    $crate::DISCRIMINATOR_LEN.saturating_add(core::mem::offset_of!($name, reserved));

                fn version(&self) -> u8 {
                    self.version
                }

                fn min_reader(&self) -> u8 {
                    self.min_reader
                }
            }

            const _: () = assert!(size_of::<$name>() == $size, concat!("size of ", stringify!($name), " changed"));
        )*

        #[cfg(test)]
        mod discriminators {
            use sha2::{Digest, Sha256};

            #[test]
            fn follow_the_names() {
                $(
                    let digest = Sha256::digest(concat!("account:", stringify!($name)));
                    assert_eq!(<super::$name as $crate::Layout>::DISCRIMINATOR, digest[..8], stringify!($name));
                )*
            }
        }
    };
}
pub(crate) use layouts;
