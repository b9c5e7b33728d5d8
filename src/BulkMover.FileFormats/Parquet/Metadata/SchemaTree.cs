using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Parquet.Metadata;

/// <summary>Builds the tree from the footer's flat, depth-first list (parquet.thrift, <c>SchemaElement.num_children</c>).</summary>
internal static class SchemaTree
{
    /// <summary>Deeper schemas are attacks on the stack; the deepest seen in real files is below 20.</summary>
    private const int MaxDepth = 64;

    /// <exception cref="ThriftException">The counts of children do not form one tree.</exception>
    public static SchemaNode Build(IReadOnlyList<SchemaElement> elements)
    {
        if (elements.Count == 0)
            throw new ThriftException("the schema is empty");
        if (elements[0].Type is not null)
            throw new ThriftException("the schema's root is not a group");

        int next = 0, leaves = 0;
        SchemaNode root = Node("", repetition: 0, optional: false, depth: 0);
        return next == elements.Count
            ? root
            : throw new ThriftException($"{elements.Count - next} schema elements belong to no group");

        SchemaNode Node(string path, int repetition, bool optional, int depth)
        {
            if (next == elements.Count)
                throw new ThriftException("a group promises more children than the schema has elements");
            if (depth > MaxDepth)
                throw new ThriftException($"the schema is deeper than {MaxDepth}");

            SchemaElement element = elements[next++];
            if (depth > 0)
            {
                path = path.Length == 0 ? element.Name : $"{path}.{element.Name}";
                repetition += element.Repetition == Repetition.Repeated ? 1 : 0;
                optional |= element.Repetition != Repetition.Required;
            }

            int firstLeaf = leaves;
            if (element.Type is not null)
            {
                if (element.ChildCount > 0)
                    throw new ThriftException($"column '{path}' has both a type and children");
                leaves++;
                return new SchemaNode(element, path, [], firstLeaf, 1, repetition) { HasDefinitionLevels = optional };
            }

            if (element.ChildCount is null or < 0)
                throw new ThriftException($"group '{path}' has {element.ChildCount?.ToString() ?? "no number of"} children");
            var children = new List<SchemaNode>();
            for (int i = 0; i < element.ChildCount; i++)
                children.Add(Node(path, repetition, optional, depth + 1));
            return new SchemaNode(element, path, children, firstLeaf, leaves - firstLeaf, repetition);
        }
    }
}
