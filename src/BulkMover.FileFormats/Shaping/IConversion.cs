namespace BulkMover.FileFormats.Shaping;

/// <summary>Turns one value into another type. Implemented by structs, so that the loop over them has no calls.</summary>
internal interface IConversion<TFrom, TTo>
{
    /// <summary>False when the value has no equal in the other type.</summary>
    bool TryConvert(TFrom value, out TTo result);
}
