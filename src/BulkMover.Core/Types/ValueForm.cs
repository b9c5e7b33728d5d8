namespace BulkMover.Core.Types;

/// <summary>How a value's bytes in Arrow memory become the target's bytes.</summary>
public enum ValueForm
{
    /// <summary>They are the same bytes.</summary>
    Same,

    /// <summary>Bit → byte.</summary>
    Bit,

    /// <summary>IEEE half → single.</summary>
    Half,

    /// <summary>Two's complement of one width → of the width that the target keeps the precision in.</summary>
    Decimal,

    /// <summary>Milliseconds since 1970 → days.</summary>
    MillisecondsToDays,

    /// <summary>32-bit → 64-bit integer.</summary>
    Widen,

    /// <summary>Sixteen bytes, most significant first → two 64-bit halves, each least significant byte first.</summary>
    Uuid,

    /// <summary>Bytes between two 32-bit offsets → length and bytes.</summary>
    Bytes,

    /// <summary>Bytes between two 64-bit offsets → length and bytes.</summary>
    LargeBytes,

    /// <summary>Bytes behind a 16-byte view → length and bytes.</summary>
    BytesView,

    /// <summary>No values at all → nulls.</summary>
    OnlyNulls,

    /// <summary>Index into a dictionary → the same, or the values themselves where the target keeps no dictionaries of their type.</summary>
    Dictionary,

    /// <summary>Items between two 32-bit offsets.</summary>
    List,

    /// <summary>Items between two 64-bit offsets.</summary>
    LargeList,

    /// <summary>A fixed number of items.</summary>
    FixedSizeList,

    /// <summary>Entries of key and value between two 32-bit offsets.</summary>
    Map,

    /// <summary>One child per field.</summary>
    Struct,

    /// <summary>The type is refused by name.</summary>
    None,
}
