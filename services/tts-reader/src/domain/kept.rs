//! Words of the business as values of either database.

/// A struct around one value is kept as that value is. By hand and not derived, as `store/rows.rs` says.
macro_rules! kept_as {
    ($name:ident($value:ty)) => {
        impl<DB: sqlx::Database> sqlx::Type<DB> for $name
        where
            $value: sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <$value as sqlx::Type<DB>>::type_info()
            }

            fn compatible(other: &DB::TypeInfo) -> bool {
                <$value as sqlx::Type<DB>>::compatible(other)
            }
        }

        impl<'q, DB: sqlx::Database> sqlx::Encode<'q, DB> for $name
        where
            $value: sqlx::Encode<'q, DB>,
        {
            fn encode_by_ref(
                &self,
                buffer: &mut DB::ArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                <$value as sqlx::Encode<'q, DB>>::encode_by_ref(&self.0, buffer)
            }
        }

        impl<'r, DB: sqlx::Database> sqlx::Decode<'r, DB> for $name
        where
            $value: sqlx::Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                <$value as sqlx::Decode<'r, DB>>::decode(value).map(Self)
            }
        }

        impl sqlx::postgres::PgHasArrayType for $name {
            fn array_type_info() -> sqlx::postgres::PgTypeInfo {
                <$value as sqlx::postgres::PgHasArrayType>::array_type_info()
            }
        }
    };
}
pub(super) use kept_as;
