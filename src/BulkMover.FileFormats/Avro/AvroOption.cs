using System.Runtime.InteropServices;

namespace BulkMover.FileFormats.Avro;

/// <summary>A type without the union with null around it, in either order: "the only union type allowed" (Iceberg spec, Appendix A, "Avro").</summary>
/// <param name="Value">What is encoded where it is not null; a union of any other kind stays one.</param>
/// <param name="NullBranch">Index of null in the union; -1 when there is no such union.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AvroOption(AvroType Value, int NullBranch)
{
    public bool IsOptional => NullBranch >= 0;

    public static AvroOption Of(AvroType type) => type.Branches switch
    {
        [{ Kind: AvroKind.Null }, { Kind: not AvroKind.Null } value] => new(value, 0),
        [{ Kind: not AvroKind.Null } value, { Kind: AvroKind.Null }] => new(value, 1),
        _ => new(type, -1),
    };
}
