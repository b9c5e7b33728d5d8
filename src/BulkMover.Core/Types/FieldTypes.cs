using Apache.Arrow;

namespace BulkMover.Core.Types;

/// <summary>What a field's type and its mark say together.</summary>
public static class FieldTypes
{
    /// <summary>Both have the same mark, or none: arrays of equal types then hold values of the same kind.</summary>
    public static bool HasMarkOf(this Field field, Field other) =>
        field.ExtensionName() == other.ExtensionName() && field.ExtensionMetadata() == other.ExtensionMetadata();

    /// <summary>
    /// False for types whose statistics rule nothing out: those of variants are of parts of them, or in an encoding of their own
    /// (VariantShredding.md, "Data Skipping"), and the order of geometries is undefined: what stands for their minimum is not their least
    /// bytes (LogicalTypes.md, "GEOMETRY"; Iceberg spec, Appendix D).
    /// </summary>
    public static bool HasStatistics(this Field field) => !field.IsVariant() && !field.IsGeo();
}
