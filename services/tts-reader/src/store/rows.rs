//! Structs out of rows of either database.

/// A struct whose fields are columns of the same names, or of the names written after them; the field after
/// `..` is a struct of the other columns. A field that is left out does not compile.
///
/// sqlx derives this, too. But its derives come with a crate that holds both databases' drivers, SQLite's C
/// code among them, so each build compiled them a second time for the compiler's own use.
macro_rules! from_row {
    ($name:ident { $($columns:tt)+ }) => {
        $crate::store::rows::from_row!(@of sqlx::sqlite::SqliteRow, $name { $($columns)+ });
        $crate::store::rows::from_row!(@of sqlx::postgres::PgRow, $name { $($columns)+ });
    };
    (@of $row:ty, $name:ident {
        $($field:ident $(: $column:literal)?),+ $(, ..$rest:ident)? $(,)?
    }) => {
        impl sqlx::FromRow<'_, $row> for $name {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                Ok(Self {
                    $($field: sqlx::Row::try_get(
                        row,
                        $crate::store::rows::from_row!(@named $field $($column)?),
                    )?,)+
                    $($rest: sqlx::FromRow::from_row(row)?,)?
                })
            }
        }
    };
    (@named $field:ident) => {
        stringify!($field)
    };
    (@named $field:ident $column:literal) => {
        $column
    };
}
pub(super) use from_row;
