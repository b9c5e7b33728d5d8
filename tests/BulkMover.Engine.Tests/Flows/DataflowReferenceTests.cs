using System.Reflection;
using System.Reflection.Emit;
using BulkMover.Engine.Flows;

namespace BulkMover.Engine.Tests.Flows;

/// <summary>Raw blocks lose items and hang when something fails: one type wraps them, and no other touches them.</summary>
public sealed class DataflowReferenceTests
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    [Fact]
    public void Engine_EveryType_OnlyStageUsesDataflow()
    {
        IEnumerable<Type> users = typeof(Flow).Assembly.GetTypes().Where(type => TypesIn(type).Any(IsDataflow)).Select(Outermost).Distinct();

        Assert.Equal([typeof(Stage<>)], users);
    }

    private static bool IsDataflow(Type type) => type.Namespace == "System.Threading.Tasks.Dataflow";

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static IEnumerable<Type> TypesIn(Type type) =>
        type.GetFields(All).Select(field => field.FieldType)
            .Concat(type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)).SelectMany(TypesIn))
            .SelectMany(WithArguments);

    private static IEnumerable<Type> TypesIn(MethodBase method) =>
        method.GetParameters().Select(parameter => parameter.ParameterType)
            .Append((method as MethodInfo)?.ReturnType ?? typeof(void))
            .Concat(method.GetMethodBody() is { } body ? body.LocalVariables.Select(local => local.LocalType).Concat(TypesInCode(method, body)) : []);

    private static IEnumerable<Type> TypesInCode(MethodBase method, MethodBody body)
    {
        byte[] code = body.GetILAsByteArray()!;
        for (int at = 0; at < code.Length;)
        {
            short value = code[at++];
            if (value == 0xFE)
                value = (short)((value << 8) | code[at++]);
            OperandType operand = OpCodes[value].OperandType;
            if (operand is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                MemberInfo member = method.Module.ResolveMember(BitConverter.ToInt32(code, at),
                    method.DeclaringType!.GetGenericArguments(), method.IsGenericMethod ? method.GetGenericArguments() : null)!;
                yield return member as Type ?? member.DeclaringType!;
            }

            at += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }

    private static IEnumerable<Type> WithArguments(Type type) =>
        type.IsGenericType ? type.GetGenericArguments().SelectMany(WithArguments).Append(type) : [type.GetElementType() ?? type];
}
