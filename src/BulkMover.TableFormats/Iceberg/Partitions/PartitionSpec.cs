namespace BulkMover.TableFormats.Iceberg.Partitions;

/// <summary>How the files of a manifest are partitioned (Iceberg spec, "Partitioning").</summary>
internal sealed record PartitionSpec(int Id, IReadOnlyList<PartitionField> Fields)
{
    /// <summary>
    /// True when all files are in one partition: also when all fields are void, which is how v1 drops them ("Partition Evolution"); the
    /// reference implementation counts that as unpartitioned too.
    /// </summary>
    public bool IsUnpartitioned => Fields.All(one => one.Transform.Kind == TransformKind.Void);

    /// <summary>Which field a value of a tuple is: the one with its id; without an id, the tuple has the order of the spec. -1 for none.</summary>
    public int PlaceOf(int? fieldId, int index)
    {
        if (fieldId is not { } id)
            return index < Fields.Count ? index : -1;
        for (int place = 0; place < Fields.Count; place++)
        {
            if (Fields[place].FieldId == id)
                return place;
        }

        return -1;
    }
}
